/* Controls beside what they came from: the preset that they show is marked, and a run that was trained with other
   settings says so. */
(() => {
  "use strict";
  const text = (value) => (Array.isArray(value) ? value.join(",") : String(value ?? "")).trim();

  // As numbers where both are some, so that 0.10 is 0.1; lists in any order.
  function same(a, b) {
    if (a === b) return true;
    if (a !== "" && b !== "" && Number(a) === Number(b)) return true;
    return a.split(",").sort().join() === b.split(",").sort().join();
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    presets: {
      // A run that has ended says with which settings it was trained, as far as they are not the defaults.
      changed(_values, state, defaults) {
        const of = ["finished", "stopped"].includes(state?.phase) && state.slot === "run" && state.fork?.of;
        if (!of) return "";
        const { inputs_list: [controls] } = window.dash_clientside.callback_context;
        const trained = { ...defaults, ...Object.fromEntries(new URLSearchParams(of.settings)) };
        const kept = ({ id: { param }, value }) => !(param in trained) || same(text(value), trained[param]);
        return controls.every(kept) ? "" : "Settings changed since";
      },

      mark(_values, presets) {
        const { inputs_list: [controls], outputs_list: [buttons] } = window.dash_clientside.callback_context;
        const chosen = buttons.map(({ id }) => {
          const filled = presets[id.preset];
          return controls.every(({ id: { param }, value }) => !(param in filled) || same(text(value), filled[param]));
        });
        return [
          chosen.map((one) => (one ? "light" : "default")),
          chosen.map((one) => ({ root: { "aria-pressed": String(one) } })),
        ];
      },
    },
  });
})();
