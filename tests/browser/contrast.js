// Texts whose contrast to what is behind them is below 4.5, with every fold opened: ["P.quiet 3.10 the text", ...].
(() => {
  document.querySelectorAll("details").forEach(fold => { fold.open = true; });
  const canvas = Object.assign(document.createElement("canvas"), {width: 1, height: 1});
  const pixel = canvas.getContext("2d", {willReadFrequently: true});
  const known = new Map();
  const rgba = text => {  // any CSS colour as it is painted
    if (!known.has(text)) {
      pixel.clearRect(0, 0, 1, 1);
      pixel.fillStyle = text;
      pixel.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = pixel.getImageData(0, 0, 1, 1).data;
      known.set(text, [red, green, blue, alpha / 255]);
    }
    return known.get(text);
  };
  const over = (top, below) => top.slice(0, 3).map((part, n) => part * top[3] + below[n] * (1 - top[3]));
  const light = colour => {
    const linear = part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    const [red, green, blue] = colour.map(part => linear(part / 255));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const backs = new Map();
  const behind = node => {
    if (!node) return [255, 255, 255];
    if (!backs.has(node)) backs.set(node, over(rgba(getComputedStyle(node).backgroundColor), behind(node.parentElement)));
    return backs.get(node);
  };
  const found = [];
  for (const node of document.body.querySelectorAll("*")) {
    const own = [...node.childNodes].some(child => child.nodeType === 3 && child.textContent.trim());
    if (!own || node.closest(".hidden, .skip, title, option, datalist")) continue;
    const box = node.getBoundingClientRect(), style = getComputedStyle(node);
    if (box.width < 2 || style.visibility === "hidden") continue;
    const back = behind(node), front = over(rgba(node.closest("svg") ? style.fill : style.color), back);
    const [high, low] = [light(front), light(back)].sort((one, other) => other - one);
    const ratio = (high + 0.05) / (low + 0.05);
    const text = node.textContent.trim().slice(0, 30);
    if (ratio < 4.5) found.push(`${node.tagName}.${node.className} ${ratio.toFixed(2)} ${text}`);
  }
  return found;
})()
