/* What runs in the browser: the run bar's words, sliders in step with their numbers, charts that know
   their keyboard, and the rate that is carried from page to page. No figure is computed here. */
(() => {
  "use strict";
  const same = () => window.dash_clientside.no_update; // defined only once Dash has started

  const words = {
    idle: () => "Ready",
    queued: (s) => `Waiting: number ${s.position} in the queue`,
    starting: () => "Starting …",
    running: (s) => `Training · step ${s.step} of ${s.steps}`,
    paused: (s) => `Paused before step ${s.step}`,
    finished: (s) => `Finished · ${s.step} steps`,
    stopped: (s) => s.message || "Stopped",
    failed: (s) => s.message || "This run failed.",
  };

  const seconds = (value) => (value == null ? "" : `${value.toFixed(value < 10 ? 1 : 0)} s`);
  const when = (at) => new Date(at * 1000).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });

  function provenance(s) {
    if (s.phase === "idle" || s.gone) return "";
    const ended = ["finished", "stopped", "failed"].includes(s.phase);
    const kind = s.slot === "audit" ? "Audit" : "";
    const how = ended && !s.live ? `Replayed, trained ${when(s.created)}` : "Live";
    return [kind, how, s.device, seconds(s.seconds), s.torch && `torch ${s.torch}`].filter(Boolean).join(" · ");
  }

  // What a callback gave last, by its first output: giving a value again costs a round through the page.
  const given = {};
  function changed(values) {
    const { outputs_list: outputs } = window.dash_clientside.callback_context;
    const first = outputs[0].id;
    const before = document.getElementById(first) === given[first]?.element ? given[first].values : [];
    given[first] = { element: document.getElementById(first), values };
    return values.map((value, n) => (JSON.stringify(value) === JSON.stringify(before[n]) ? same() : value));
  }

  // Widgets whose run goes on, by the id of their *shown* store: when the server last gave a sign of life.
  // A laptop that slept or a connection that broke ends the server's following; asking anew mends it.
  const followed = {};
  const silence = 9000;
  setInterval(() => {
    for (const [id, widget] of Object.entries(followed)) {
      if (!document.getElementById(id.replace(/-shown$/, "-run"))) delete followed[id];
      else if (widget.going && Date.now() - widget.at > silence) {
        widget.at = Date.now();
        const shown = { ...widget.shown, turn: widget.shown.turn + 1 };
        window.dash_clientside.set_props(id, { data: shown });
      }
    }
  }, 2000);

  // The address follows the explorer's settings, without a step in the history for each.
  let here = null;
  setInterval(() => {
    const asked = document.querySelector("#schedules-plan .js-plotly-plot")?.layout?.meta?.here;
    if (typeof asked === "string" && asked !== here) history.replaceState(history.state, "", location.pathname + asked + location.hash);
    here = asked;
  }, 250);

  // Who changes a schedule wants to see its curve, unless a race is going on.
  function edited(event) {
    const control = event.target.closest?.(".settings .control, .settings .toggle, .settings .presets");
    const run = document.getElementById("schedules-run");
    const own = control && !control.querySelector('[id*="schedules-display"]');
    if (run && !run.disabled && own && control.closest(".widget").contains(run))
      window.dash_clientside.set_props("schedules-tabs", { value: "rates" });
  }
  for (const kind of ["input", "pointerdown"])
    document.addEventListener(kind, (event) => {
      const chart = document.querySelector("#schedules-plan");
      const moves = kind === "input" || event.target.closest?.(".mantine-Slider-root, .presets button");
      if (chart && chart.offsetParent === null && moves) edited(event);
    });

  // While a slider is dragged its number changes every PACE ms at the most, and once more at the end: the page
  // asks the server for new curves each time, and drops an answer as soon as it has asked again.
  const PACE = 100;
  const paces = {};
  let dragging = false;
  document.addEventListener("pointerdown", (event) => (dragging = Boolean(event.target.closest?.(".mantine-Slider-root"))), true);
  document.addEventListener("pointerup", () => setTimeout(() => (dragging = false), PACE), true);

  function paced(id, text) {
    const target = { ...id, part: "value" };
    const pace = (paces[JSON.stringify(target)] ??= { at: 0 });
    clearTimeout(pace.later);
    if (performance.now() - pace.at >= PACE) {
      pace.at = performance.now();
      return text;
    }
    pace.later = setTimeout(() => {
      pace.at = performance.now();
      window.dash_clientside.set_props(target, { value: text });
    }, PACE);
    return same();
  }

  let raced = null; // the run that a page switched to its training for

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    lab: {
      runbar(state) {
        const s = state || { phase: "idle" };
        const going = ["queued", "starting", "running"].includes(s.phase);
        const paused = s.phase === "paused";
        const again = s.phase === "failed" ? "Run again" : s.phase === "stopped" ? "Run again" : "Train again";
        const offer = ["failed", "stopped"].includes(s.phase) || (s.phase === "finished" && !s.live);
        const part = s.steps ? (100 * s.step) / s.steps : 0;
        return changed([
          going, // Run
          s.phase !== "running" && s.phase !== "starting", // Pause
          !paused, // Step
          !(going || paused), // Stop
          s.phase === "idle", // Reset
          again,
          { visibility: offer && !s.gone ? "visible" : "hidden" },
          words[s.phase](s),
          provenance(s),
          s.phase === "finished" ? 100 : part,
        ]);
      },

      watch(state, _beat, shown, id) {
        const going = state && ["queued", "starting", "running", "paused"].includes(state.phase);
        followed[id] = { going, shown, at: Date.now() };
        return same();
      },

      slider(text, position, low, high) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        if (!id) return [same(), same()];
        const log = id.scale.startsWith("log");
        if (id.part === "slider") {
          const value = log ? 10 ** position : position;
          const rounded = id.scale.endsWith("whole") ? Math.round(value) : Number(value.toPrecision(3));
          return [paced(id, String(rounded).replace("e-0", "e-")), same()];
        }
        if (dragging) return [same(), same()]; // the slider leads, its number follows
        const typed = Number(text);
        const value = log ? Math.log10(typed) : typed;
        return [same(), text !== "" && value >= low && value <= high ? value : same()];
      },

      predict(...clicks) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        return id && clicks.some(Boolean) ? id.split("-predict-").pop() : same();
      },

      // The question goes once it is answered or skipped, or a run was started without it.
      predicted(choice, state, style) {
        const hidden = Boolean(choice) || (state && state.phase !== "idle") || (style && style.display === "none");
        return hidden ? { display: "none" } : {};
      },

      // What the learner predicted, beside what this run says.
      compared(choice, truth) {
        if (!truth || !choice || choice === "skip") return "";
        return truth.options[choice] === undefined ? "" : truth.options[choice];
      },

      // Who has pressed Run wants to see the training; a page that comes with its run shows it already.
      raced(shown) {
        const another = shown && shown.run && shown.run !== raced;
        raced = shown && shown.run;
        return another ? "training" : same();
      },

      // The rate of the range test, on a page whose address asks for nothing else.
      takeover(_when, data, search) {
        if (!data || !data.lr || (search || "").length > 1) return [same(), same(), same(), same(), ""];
        const lr = Number(data.lr.toPrecision(3));
        const said = `Base rate ${lr} from your range test (${data.optimizer}, batch ${data.batch_size}).`;
        return [String(lr), data.optimizer, data.network, String(data.batch_size), said];
      },

      carried(_when, data) {
        return data && data.lr ? `Your rate: ${data.lr.toPrecision(2)}` : "";
      },
    },
  });
})();
