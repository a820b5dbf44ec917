/* The tab with the code: copying it, and asking for it anew when settings change while it is looked at. */
(() => {
  "use strict";

  async function copy(text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    const field = Object.assign(document.createElement("textarea"), { value: text, readOnly: true });
    document.body.append(field); // outside a secure context there is only the old way
    field.select();
    const done = document.execCommand("copy");
    field.remove();
    if (!done) throw new Error("not copied");
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".code-copy");
    if (!button) return;
    const part = button.closest(".code-part");
    const said = part.querySelector('[role="status"]');
    copy(part.querySelector("pre").textContent).then(
      () => (said.textContent = "Copied."),
      () => (said.textContent = "This browser did not allow it; select the text and copy it."),
    );
  });

  // The callback that writes the code does not listen to the controls, which would slow down each of them.
  let later;
  for (const kind of ["input", "change", "click", "pointerup", "keyup"])
    document.addEventListener(kind, (event) => {
      const widget = event.target.closest?.(".settings") && event.target.closest(".widget");
      const code = widget?.querySelector(".code-panel");
      if (!code || code.offsetParent === null) return;
      clearTimeout(later);
      later = setTimeout(() => window.dash_clientside.set_props(`${code.id}-asked`, { data: Date.now() }), 400);
    });
})();
