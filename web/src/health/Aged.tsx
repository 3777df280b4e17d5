import type { AgeForm } from "../api/types";
import { useClock } from "../clock/clock";
import { age } from "../format/age";

interface Props {
  text: string;
  since?: string | undefined;
  form: AgeForm;
}

/** A text of the server, and the age that follows it. */
export function Aged({ text, since, form }: Props) {
  const old = useClock((now) => age(form, since, now));
  return <>{old ? `${text} ${old}` : text}</>;
}
