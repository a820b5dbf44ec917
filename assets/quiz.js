/* Quick checks: feedback after an answer, what was answered earlier, and a missed question that comes back.
   Answers stay in this browser: the store "learner" is read and written here and nowhere sent. */
(() => {
  "use strict";
  const same = () => window.dash_clientside.no_update;
  const part = (namespace) => (type, props, children) => ({ namespace, type, props: { ...props, children } });
  const html = part("dash_html_components");
  const mantine = part("dash_mantine_components");
  const link = (href, text) => part("dash_core_components")("Link", { href, refresh: false }, text);
  const LEARNER = "learner";

  // Another tab may have answered since this one read the store.
  function known(data) {
    try {
      return JSON.parse(localStorage.getItem(LEARNER)) || data || {};
    } catch {
      return data || {};
    }
  }

  function keep(data, kind, name, entry) {
    const learner = known(data);
    window.dash_clientside.set_props(LEARNER, {
      data: { ...learner, [kind]: { ...learner[kind], [name]: entry } },
    });
  }

  // The first answer counts, until a later one is right.
  function answered(quiz, earlier, choice, page) {
    return { choice, right: Boolean((earlier && earlier.right) || quiz.options[choice].right), page };
  }

  // Feedback for every option, the chosen one first.
  function feedback(quiz, choice) {
    const rows = quiz.options.map((option, n) => {
      const verdict = html("Strong", {}, option.right ? "Right. " : "Not quite. ");
      const said = n === choice ? [verdict, option.feedback] : [html("Em", {}, `${option.text}: `), option.feedback];
      return html("Li", { className: option.right ? "right" : "wrong" }, said);
    });
    return html("Ul", { className: "feedback" }, [rows[choice], ...rows.filter((_, n) => n !== choice)]);
  }

  const radios = (quiz, order) =>
    mantine("Stack", { gap: "xs" }, order.map((n) => mantine("Radio", { label: quiz.options[n].text, value: String(n) })));

  const chosen = (quiz, value) => (quiz && value != null && quiz.options[value] ? Number(value) : null);

  // An order of n options that is the same for the same text, and hardly ever for another (mulberry32 over FNV-1a).
  function shuffled(n, text) {
    let state = 2166136261;
    for (const character of text) state = Math.imul(state ^ character.codePointAt(0), 16777619);
    const next = () => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), state | 1);
      mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
    };
    const order = [...Array(n).keys()];
    for (let last = n - 1; last > 0; last--) {
      const other = Math.floor(next() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }

  function reordered(n, text) {
    const order = shuffled(n, text);
    return order.every((place, at) => place === at) ? order.reverse() : order; // never as it was first asked
  }

  let asked = null; // the question that this page has brought back

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    quiz: {
      check(value, again, data, checks) {
        const { triggered_id: id, outputs_list: outputs } = window.dash_clientside.callback_context;
        const name = outputs[0].id.replace(/-answer$/, "");
        const quiz = (checks || {})[name];
        const earlier = (known(data).checks || {})[name];
        if (id === `${name}-again` && again) return [null, null];
        const now = chosen(quiz, value);
        if (id === `${name}-answer` && now !== null) {
          keep(data, "checks", name, answered(quiz, earlier, now, location.pathname));
          return [same(), feedback(quiz, now)];
        }
        const then = chosen(quiz, earlier && earlier.choice);
        return then === null ? [same(), same()] : [String(then), feedback(quiz, then)];
      },

      recall(value, again, data, checks, path) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        const nothing = Array(6).fill(same());
        const answers = known(data).checks || {};
        if (id === "recall-again" && again) return [...nothing.slice(2), null, null];
        if (id === "recall-answer" && asked && value != null) {
          const { name, quiz } = asked;
          keep(data, "checks", name, answered(quiz, answers[name], Number(value), quiz.page));
          return [...nothing.slice(1), feedback(quiz, Number(value))];
        }
        if (id && (value != null || again)) return nothing;
        const here = (path || "/").replace(/(.)\/$/, "$1");
        const missed = (name) => answers[name] && !answers[name].right && checks[name] && checks[name].page !== here;
        const name = Object.keys(answers).find(missed); // in the order in which they were first answered
        const quizzed = Object.values(checks || {}).some((quiz) => quiz.page === here);
        if (!name || !quizzed) return [{ display: "none" }, null, "", null, null, null];
        const quiz = checks[name];
        asked = { name, quiz };
        const options = radios(quiz, reordered(quiz.options.length, `${name} ${here}`));
        return [{}, ["Once more, from ", link(quiz.page, quiz.title)], quiz.question, options, null, null];
      },

      own(quiz, value, again, data) {
        const { triggered } = window.dash_clientside.callback_context;
        const by = triggered.map((one) => one.prop_id);
        if (!quiz) return [{ display: "none" }, "", null, null, null];
        const earlier = (known(data).own || {})[quiz.name];
        const before = earlier && earlier.run === quiz.run ? earlier : null;
        const place = [{}, quiz.question, radios(quiz, [...quiz.options.keys()])];
        const still = [same(), same(), same()];
        if (by.some((id) => id.endsWith("-own.data")) || !by.length) {
          const then = chosen(quiz, before && before.choice);
          return then === null ? [...place, null, null] : [...place, String(then), feedback(quiz, then)];
        }
        if (by.some((id) => id.endsWith("-again.n_clicks"))) return again ? [...still, null, null] : [...still, same(), same()];
        const now = chosen(quiz, value);
        if (now === null) return [...still, same(), same()];
        keep(data, "own", quiz.name, { ...answered(quiz, before, now, location.pathname), run: quiz.run });
        return [...still, same(), feedback(quiz, now)];
      },
    },
  });
})();
