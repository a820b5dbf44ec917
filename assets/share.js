/* Copy link: the address as it stands, which holds all of the page's state, and its QR code for a classroom. */
(() => {
  "use strict";
  const LOCAL = /^(localhost|127(\.\d+){3}|\[::1\])$/;

  const dialog = document.createElement("dialog");
  dialog.id = "share";
  dialog.className = "sheet share";
  dialog.setAttribute("aria-labelledby", "share-title");
  dialog.innerHTML = `
    <h2 id="share-title">Link to this page</h2>
    <p class="sheet-note">The address holds the settings and the runs that you see.</p>
    <div class="share-row">
      <input id="share-address" type="text" readonly aria-label="Address of this page">
      <button id="share-copy" type="button" class="primary">Copy</button>
    </div>
    <label id="share-section" hidden><input type="checkbox"> <span></span></label>
    <p id="share-said" role="status"></p>
    <figure id="share-code"><img alt="" hidden><figcaption></figcaption><button type="button" class="leave">Close</button></figure>
    <p id="share-problem" class="share-problem" hidden></p>
    <p id="share-local" class="share-local" hidden>This address leads to this computer only, so nobody else can open it. To share
      a page, start the lab so that others can reach it (<code>make run HOST=0.0.0.0</code>), open it under this
      computer's name, and copy the link there.</p>
    <div class="share-foot">
      <button id="share-full" type="button">Full screen</button>
      <button id="share-close" type="button">Close</button>
    </div>`;
  const part = (id) => dialog.querySelector(id);
  const [field, said, code, problem] = ["#share-address", "#share-said", "#share-code", "#share-problem"].map(part);
  const [image, caption, box] = [code.querySelector("img"), code.querySelector("figcaption"), part("#share-section input")];

  // The section that a link may lead to.
  let here = null;

  async function draw() {
    const address = location.origin + location.pathname + location.search + (here && box.checked ? `#${encodeURIComponent(here.id)}` : "");
    field.value = address;
    said.textContent = "";
    const answer = await fetch(`/qr.svg?${new URLSearchParams({ address })}`).catch(() => null);
    const text = answer ? await answer.text() : "The server did not answer, so there is no QR code; the link can be copied.";
    if (field.value !== address) return; // another was asked for meanwhile
    const drawn = Boolean(answer?.ok);
    code.hidden = part("#share-full").hidden = image.hidden = !drawn;
    problem.hidden = drawn;
    problem.textContent = drawn ? "" : text;
    if (!drawn) return;
    image.src = `data:image/svg+xml,${encodeURIComponent(text)}`;
    image.alt = `QR code of ${address}`;
    caption.textContent = address;
  }

  function open() {
    if (document.querySelector("dialog[open]")) return;
    here = window.lesson.section();
    if (!dialog.isConnected) document.body.append(dialog);
    part("#share-section").hidden = !here;
    part("#share-section span").textContent = here ? `Lead to the section “${here.textContent}”` : "";
    box.checked = Boolean(here) && decodeURIComponent(location.hash.slice(1)) === here.id;
    part("#share-local").hidden = !LOCAL.test(location.hostname);
    dialog.showModal();
    part("#share-copy").focus();
    draw();
  }

  async function copy() {
    let done = true;
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      field.select(); // no clipboard on plain http from another computer
      done = document.execCommand("copy");
      part("#share-copy").focus();
    }
    said.textContent = done ? "Copied." : "Your browser does not let a page copy; the address is selected, press Ctrl C.";
    if (!done) field.select();
  }

  // The whole window where the browser gives no full screen.
  async function fill() {
    code.classList.add("full");
    code.querySelector("button").focus();
    await code.requestFullscreen?.().catch(() => null);
  }
  function leave() {
    if (!code.classList.contains("full")) return;
    code.classList.remove("full");
    if (document.fullscreenElement) document.exitFullscreen();
    part("#share-full").focus();
  }

  box.addEventListener("change", draw);
  part("#share-copy").addEventListener("click", copy);
  part("#share-full").addEventListener("click", fill);
  part("#share-close").addEventListener("click", () => dialog.close());
  code.querySelector("button").addEventListener("click", leave);
  field.addEventListener("focus", () => field.select());
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || leave());
  dialog.addEventListener("cancel", (event) => {
    if (!code.classList.contains("full")) return;
    event.preventDefault(); // Escape leaves the large code first
    leave();
  });
  dialog.addEventListener("close", () => code.classList.remove("full"));
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  addEventListener("popstate", () => dialog.close());
  document.addEventListener("click", (event) => event.target.closest?.("#share-open") && open());
})();
