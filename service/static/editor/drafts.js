/** What was written stays for this tab, also after a look at another page. */

const KEY = "istc-query";

/** The draft of this tab, where the address names no query of its own. */
export function drafted() {
  const named = ["query", "example", "link"].some((name) => new URLSearchParams(location.search).has(name));
  return named ? null : kept(() => sessionStorage.getItem(KEY));
}

/** Keep what stands in the field when the page is left. */
export function remember(field) {
  addEventListener("pagehide", () => kept(() => sessionStorage.setItem(KEY, field.value)));
}

/** Storage may be switched off or full; then nothing is kept. */
function kept(use) {
  try {
    return use();
  } catch {
    return null;
  }
}
