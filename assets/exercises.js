/* The exercises: ticks, the learner's own texts and their progress, all kept in this browser; starters to copy and
   download. What the stores hold may be of any age or damaged, so nothing in them is taken for granted. */
(() => {
  "use strict";
  const same = () => window.dash_clientside.no_update; // defined only once Dash has started
  const LEARNER = "learner";
  const TEXTS = "exercise-texts";
  const plain = (value) => (value && typeof value === "object" && !Array.isArray(value) ? value : {});

  // What the browser keeps may be newer than what this tab knows: another tab may have written since.
  function kept(id, data) {
    try {
      return plain(JSON.parse(localStorage.getItem(id)));
    } catch {
      return plain(data);
    }
  }

  const element = (type, children, props = {}) => ({
    namespace: "dash_html_components",
    type,
    props: { children, ...props },
  });

  const row = (cells, first) =>
    element("Tr", cells.map((cell, n) => element(n ? "Td" : "Th", cell, n ? {} : { scope: first })));

  // Quick checks by page, in the order of the lesson; entries without a page of this lesson are left out.
  function checks(answered) {
    const pages = [...document.querySelectorAll("nav.pages a")].map((a) => [a.getAttribute("href"), a.textContent]);
    return pages.flatMap(([path, title]) => {
      const here = Object.values(plain(answered)).filter((check) => plain(check).page === path);
      return here.length ? [[title, here.length, here.filter((check) => check.right === true).length]] : [];
    });
  }

  function table(rows) {
    if (!rows.length) return element("P", "No quick check answered yet: the other pages end with one.", { className: "quiet" });
    const head = ["Quick checks", "Answered", "Right"].map((title) => element("Th", title, { scope: "col" }));
    return element("Table", [
      element("Thead", element("Tr", head)),
      element("Tbody", rows.map(([title, ...numbers]) => row([title, ...numbers.map(String)], "row"))),
    ]);
  }

  function download(name, text, type) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  }

  // Without https or localhost a browser offers no clipboard; the older way copies what is selected.
  async function copy(code) {
    try {
      await navigator.clipboard.writeText(code.textContent);
      return true;
    } catch {
      getSelection().selectAllChildren(code);
      return document.execCommand("copy");
    }
  }

  // The code is coloured a moment after the page is there; a click may come before that.
  async function whole(starter) {
    for (;;) {
      const code = starter.querySelector(".whole pre code");
      if (code || !starter.isConnected) return code;
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  document.addEventListener("click", async (event) => {
    const button = event.target.closest?.(".starter-copy, .starter-download");
    if (!button) return;
    const starter = button.closest(".starter");
    const code = await whole(starter);
    if (!code) return;
    const said = starter.querySelector(".starter-said");
    const file = starter.dataset.file;
    if (button.matches(".starter-download")) {
      download(file, code.textContent.replace(/\n*$/, "\n"), "text/x-python");
      said.textContent = `${file} is in your downloads.`;
    } else said.textContent = (await copy(code)) ? "Copied." : "Selected: press Ctrl+C.";
  });

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    exercises: {
      tick(clicks, data) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        if (!id || !clicks.some(Boolean)) return same();
        const learner = kept(LEARNER, data);
        const done = { ...plain(learner.done) };
        if (done[id.done] === true) delete done[id.done];
        else done[id.done] = true;
        return { ...learner, done };
      },

      progress(_when, data) {
        const { outputs_list: outputs } = window.dash_clientside.callback_context;
        const learner = kept(LEARNER, data);
        const pressed = outputs[0].map(({ id }) => plain(learner.done)[id.done] === true);
        const [ticked, all] = [pressed.filter(Boolean).length, pressed.length];
        const said = `${ticked} of ${all} exercises done`;
        const bar = element("Div", pressed.map((on) => element("Span", "", { className: on ? "on" : "" })), {
          className: "progress-bar",
          role: "img",
          "aria-label": said,
        });
        const shown = [element("P", said, { className: "progress-said" }), bar, table(checks(learner.checks))];
        return [pressed.map(String), said, shown];
      },

      // A field that has no value yet was never typed into: only the store may fill it.
      write(values, data) {
        const { inputs_list: inputs } = window.dash_clientside.callback_context;
        const before = kept(TEXTS, data);
        const after = { ...before };
        inputs[0].forEach(({ id }, n) => {
          if (values[n]) after[id.text] = values[n];
          else if (values[n] === "") delete after[id.text];
        });
        return JSON.stringify(after) === JSON.stringify(before) ? same() : after;
      },

      restore(_when, data, values) {
        const { outputs_list: outputs } = window.dash_clientside.callback_context;
        const texts = kept(TEXTS, data);
        return outputs.map(({ id }, n) => {
          const text = texts[id.text];
          return values[n] == null && typeof text === "string" ? text : same();
        });
      },

      export(clicks, learner, texts) {
        if (!clicks) return same();
        const all = { lesson: "Learning Rate Lab", exported: new Date().toISOString(), learner: kept(LEARNER, learner), texts: kept(TEXTS, texts) };
        download("learning-rate-lab-progress.json", JSON.stringify(all, null, 2) + "\n", "application/json");
        return "learning-rate-lab-progress.json is in your downloads.";
      },

      clear(ask, yes, _no, fields) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        if (id === "progress-clear-yes" && yes) {
          const set = window.dash_clientside.set_props;
          set(LEARNER, { data: { checks: {}, done: {} } });
          set(TEXTS, { data: {} });
          for (const field of fields) set(field, { value: "" });
          set("progress-said", { children: "Cleared." });
        }
        return id === "progress-clear" && Boolean(ask);
      },
    },
  });
})();
