/** The button of a report that opens the dialogue in which browsers print and write PDF. */
for (const button of document.querySelectorAll("button.print")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
