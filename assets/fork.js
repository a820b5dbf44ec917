/* The form under a result that forks a run: it follows the run bar's state, and its link follows the form. */
(() => {
  "use strict";
  const filled = {}; // for which run, in which phase, a form was last filled in

  const usable = (step, updates) => /^\d+$/.test(String(step).trim()) && Number(step) >= 1 && Number(step) < updates;

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    fork: {
      form(state, line, step, factor) {
        const same = window.dash_clientside.no_update;
        const { outputs_list: outputs, triggered_id: triggered } = window.dash_clientside.callback_context;
        const id = outputs[0].id;
        const run = state && state.fork;
        if (!run) {
          const hidden = filled[id] === undefined;
          delete filled[id];
          return [hidden ? same : { display: "none" }, same, same, same, same];
        }
        const key = `${state.run} ${state.phase} ${state.step}`;
        const fresh = filled[id] !== key || line === null || line === undefined;
        filled[id] = key;
        const chosen = fresh ? 0 : Number(line);
        const updates = run.lines[chosen][1];
        let at = step;
        if (fresh || (triggered === `${id}-line` && !usable(step, updates)))
          at = state.phase === "paused" && usable(state.step, updates) ? state.step : Math.max(1, Math.round(0.6 * updates));
        const query = new URLSearchParams({ ...run.of, line: chosen, at: String(at).trim(), factor });
        const data = run.lines.map(([label], value) => ({ value: String(value), label }));
        return [fresh ? {} : same, fresh ? data : same, fresh ? "0" : same, at === step ? same : String(at), `/fork?${query}#fork-instrument`];
      },
    },
  });
})();
