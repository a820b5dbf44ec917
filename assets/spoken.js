/* Before a run, the sentence about a widget's chart is the one that its planned figure carries (layout.meta.said).
   Once a run is followed the server says what there is to say, and this leaves it alone. */
(() => {
  "use strict";
  const EVERY = 5000;
  const told = {}; // what this has said, by the id of the sentence's place
  setInterval(() => {
    for (const place of document.querySelectorAll(".spoken")) {
      const name = place.id.replace(/-spoken$/, "");
      const own = place.textContent === "" || place.textContent === told[place.id];
      const chart = own && [...document.querySelectorAll(`[id^="${name}-"] .js-plotly-plot`)].find((one) => one.layout?.meta?.said);
      const said = chart && chart.layout.meta.said;
      if (!said || said === place.textContent) continue;
      told[place.id] = said;
      window.dash_clientside.set_props(place.id, { children: said });
    }
  }, EVERY);
})();
