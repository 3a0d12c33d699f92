// What draws the diagrams comes as a script, and is asked for as a module.
await new Promise((resolve, reject) => {
  const script = document.createElement("script");
  script.src = new URL("mermaid.tiny.js", import.meta.url);
  script.onload = resolve;
  script.onerror = reject;
  document.head.append(script);
});
export default globalThis.mermaid;
