// Enhancements only: every page works without them.
for (const command of document.querySelectorAll("pre.command")) {
  if (!navigator.clipboard)
    break;
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Copy";
  button.className = "copy";
  const frame = document.createElement("div");
  frame.className = "copyable";
  command.replaceWith(frame);
  frame.append(command, button);
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(command.textContent);
      button.textContent = "Copied";
    } catch {
      button.textContent = "Not allowed";
    }
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}
// What grows, such as a log: lines come as server-sent events until the source says that it ends.
for (const log of document.querySelectorAll("[data-follow]")) {
  const source = new EventSource(log.dataset.follow);
  source.addEventListener("message", event => {
    const atEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 4;
    log.append(event.data + "\n");
    if (atEnd)
      log.scrollTop = log.scrollHeight;
  });
  source.addEventListener("end", () => source.close());
}
