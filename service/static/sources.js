/** Marks of sources open the card of the place instead of leaving the page; without this they are links. */

const MARK = "a.mark[data-source]";
const GAP = 6;

for (const mark of document.querySelectorAll(MARK)) mark.setAttribute("aria-haspopup", "dialog");

document.addEventListener("click", (event) => {
  const mark = event.target.closest?.(MARK);
  const plain = event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  const card = mark && document.getElementById(mark.dataset.source);
  if (!plain || !card?.showPopover) return;
  event.preventDefault();
  mark.focus();
  const place = card.querySelector(".place");
  place.href = mark.href;
  // A mark is the key of the document and the place in it.
  place.textContent = [mark.textContent.replace(/^\S+\s*/, "") || mark.textContent, mark.dataset.page].filter(Boolean).join(", ");
  card.showPopover();
  put(card, mark.getBoundingClientRect());
  card.querySelector("a").focus({ preventScroll: true });
});

/** Put a card below its mark, or above where there is no room, and within the window; it scrolls with the page. */
function put(card, mark) {
  const { width, height } = card.getBoundingClientRect();
  const below = mark.bottom + GAP;
  const above = mark.top - GAP - height;
  const left = Math.max(GAP, Math.min(mark.left, document.documentElement.clientWidth - width - GAP));
  card.style.left = `${scrollX + left}px`;
  card.style.top = `${scrollY + (below + height > innerHeight && above > 0 ? above : below)}px`;
}
