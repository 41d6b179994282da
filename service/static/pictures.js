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
  const data = figure.querySelector('script[type="application/json"]');
  // What is drawn stands in the page already, unless there is an address for it.
  const asked = section.dataset.picture && fetch(section.dataset.picture);
  const [reply] = await Promise.all([asked, drawing(section.dataset.library)]);
  if (reply) {
    if (!reply.ok) return;
    const chart = await reply.text();
    if (!JSON.parse(chart).view) return;
    data.textContent = chart;
  }
  const { start } = await import("./charts.js");
  await start(figure);
}
