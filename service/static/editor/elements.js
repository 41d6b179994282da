/** Elements with text, and sentences with values. */

/** An element; everything in it is text or another element. */
export function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

/** A sentence with its gaps filled: `{name}` becomes the value of that name. */
export function fill(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (gap, name) => values[name] ?? gap);
}
