// Draws what the server describes. Colours come by name from the style sheet, so that a picture follows the theme.
const drawn = new Map();
let library;

export async function draw(place, json, source) {
  library ??= import(source);
  await library;
  if (!place?.isConnected) return;
  let chart = drawn.get(place);
  if (!chart) {
    chart = { engine: globalThis.echarts.init(place, null, { renderer: 'svg' }) };
    chart.watch = new ResizeObserver(() => chart.engine.resize());
    chart.watch.observe(place);
    drawn.set(place, chart);
  }
  chart.json = json;
  paint(chart);
}

export function forget(place) {
  const chart = drawn.get(place);
  if (!chart) return;
  chart.watch.disconnect();
  chart.engine.dispose();
  drawn.delete(place);
}

function paint(chart) {
  const style = getComputedStyle(document.documentElement);
  const option = JSON.parse(chart.json, (_, value) => typeof value === 'string' && value[0] === '$' ? style.getPropertyValue('--' + value.slice(1)).trim() : value);
  chart.engine.setOption(option, { notMerge: true });
}

const repaint = () => drawn.forEach(paint);
document.addEventListener('themechange', repaint);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', repaint);
