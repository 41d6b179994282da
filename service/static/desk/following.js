/**
 * Server-sent events of one import (HTML standard, section 9.2), read from a response: an
 * EventSource cannot send a token. Where too many listen, it is asked now and then instead.
 */

const EVERY = 1500;
const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Follow an import until its state is final.
 *
 * @param send Sends requests with the token.
 * @param job What is known of the import.
 * @param show Called with each state.
 */
export async function follow(send, job, show) {
  let now = job;
  while (now.active) {
    const answer = await send(now.links.events, { headers: { Accept: "text/event-stream" } });
    if (answer.ok && answer.body) {
      for await (const told of events(answer.body.pipeThrough(new TextDecoderStream()).getReader())) {
        now = told;
        show(now);
      }
    }
    if (now.active) {
      await wait(EVERY);
      const again = await send(now.links.self);
      if (!again.ok) return;
      now = await again.json();
      show(now);
    }
  }
}

async function* events(reader) {
  let text = "";
  for (;;) {
    const { value, done } = await reader.read().catch(() => ({ done: true }));
    if (done) return;
    text += value;
    const parts = text.split("\n\n");
    text = parts.pop();
    for (const part of parts) {
      const data = part.split("\n").filter((line) => line.startsWith("data: ")).map((line) => line.slice(6)).join("\n");
      if (data) yield JSON.parse(data);
    }
  }
}
