/** The place of an error, marked in the text. */

/** Marks for an editor: `at(line, column)`, both from 1, and `clear()`. */
export function marker(editor) {
  let marks = [];
  let line = null;
  const clear = () => {
    for (const mark of marks) mark.clear();
    marks = [];
    if (line !== null) editor.removeLineClass(line, "background", "wrong");
    editor.clearGutter("gutterErrorBar");
    line = null;
  };
  const at = (row, column) => {
    clear();
    const text = editor.getLine(row - 1);
    if (text === undefined) return;
    // The service counts characters, the editor counts UTF-16 units.
    const start = [...text].slice(0, column - 1).join("").length;
    const end = start + (/^(?:<[^>\s]*>?|[?$]?[\w:.-]+|\S)/u.exec(text.slice(start)) || [" "])[0].length;
    line = editor.addLineClass(row - 1, "background", "wrong");
    marks = [editor.markText({ line: row - 1, ch: Math.min(start, Math.max(0, text.length - 1)) }, { line: row - 1, ch: end }, { className: "wrong-here", clearOnEnter: false })];
    const sign = document.createElement("span");
    sign.className = "wrong-sign";
    sign.textContent = "●";
    editor.setGutterMarker(row - 1, "gutterErrorBar", sign);
    editor.setCursor({ line: row - 1, ch: start });
    editor.scrollIntoView({ line: row - 1, ch: start }, 60);
  };
  editor.on("change", clear);
  return { at, clear };
}
