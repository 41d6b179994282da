/** Pictures further down a page: loaded and drawn when the reader comes near them. */

const MARGIN = "300px";

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    load(target);
  }
}, { rootMargin: MARGIN });

for (const section of document.querySelectorAll("[data-picture]")) near.observe(section);

let library = null;

/** The library that draws, once for all pictures of the page. */
function drawing(address) {
  library ||= new Promise((done, failed) => {
    const script = document.createElement("script");
    script.src = address;
    script.addEventListener("load", done);
    script.addEventListener("error", failed);
    document.head.append(script);
  });
  return library;
}

async function load(section) {
  const figure = section.querySelector("figure.chart");
  const [reply] = await Promise.all([fetch(section.dataset.picture), drawing(section.dataset.library)]);
  if (!reply.ok) return;
  const chart = await reply.text();
  if (!JSON.parse(chart).view) return;
  figure.querySelector('script[type="application/json"]').textContent = chart;
  const { start } = await import("./charts.js");
  await start(figure);
}
