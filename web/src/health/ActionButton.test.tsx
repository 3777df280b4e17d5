// @vitest-environment jsdom
import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { createRoot } from "react-dom/client";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => vi.unstubAllGlobals());

it("keeps the focus while it runs, and runs once", async () => {
  const asked = vi.fn(() => new Promise<Response>(() => {}));
  vi.stubGlobal("matchMedia", () => ({ matches: false, addEventListener() {}, removeEventListener() {} }));
  vi.stubGlobal("fetch", asked);
  vi.stubGlobal(
    "Request",
    class {
      constructor(readonly url: string) {}
    },
  );
  const { ActionButton } = await import("./ActionButton"); // after fetch, which the client of the API takes when it is made
  const place = document.body.appendChild(document.createElement("div"));
  const root = createRoot(place);
  root.render(
    <QueryClientProvider client={new QueryClient()}>
      <MantineProvider>
        <ActionButton action={{ act: "SMOKE_TEST", label: "Run Smoke Test", name: "Run Smoke Test" }} />
      </MantineProvider>
    </QueryClientProvider>,
  );
  const button = await vi.waitUntil(() => place.querySelector("button"));
  button.focus();
  for (let presses = 0; presses < 2; presses++) {
    button.click();
    await vi.waitFor(() => expect(button.getAttribute("aria-disabled")).toBe("true"));
  }
  expect(button.disabled).toBe(false);
  expect(document.activeElement).toBe(button);
  expect(asked).toHaveBeenCalledTimes(1);
  root.unmount();
  place.remove();
});
