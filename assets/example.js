/* Copy and Download of a script that is shown on the page: its text is there already, so the server is not asked. */
(() => {
  "use strict";
  const FENCE = /^```python\n([\s\S]*)```$/;

  async function copy(text) {
    if (navigator.clipboard) return navigator.clipboard.writeText(text);
    const area = Object.assign(document.createElement("textarea"), { value: text }); // a page from another host, without TLS
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) throw new Error("refused");
  }

  function download(name, text) {
    const href = URL.createObjectURL(new Blob([text], { type: "text/x-python" }));
    const link = Object.assign(document.createElement("a"), { href, download: name });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(href), 1000);
  }

  window.dash_clientside = Object.assign({}, window.dash_clientside, {
    example: {
      async give(_copied, _downloaded, code) {
        const { triggered_id: id } = window.dash_clientside.callback_context;
        const text = code.match(FENCE)[1];
        if (id.part === "download") {
          download(id.example, text);
          return "Downloaded";
        }
        try {
          await copy(text);
          return "Copied";
        } catch {
          return "The browser refused: select the code and copy it.";
        }
      },
    },
  });
})();
