import { Link } from "@tanstack/react-router";
import { Message } from "../ui/Message";

/** What an unknown path shows. */
export function NoSuchPage() {
  return (
    <Message title="There is no such page">
      <Link to="/bots">Show the fleet</Link>
    </Message>
  );
}
