/* The preset that the controls show is marked: one that was changed afterwards is no preset any more. */
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
