// Draws the charts of a page again in the browser, where they follow the width
// of the page and answer to the pointer.
//
// A figure holds its static drawings (svg) and, for each width they were made
// for, the options in a script:
//
//   <figure>
//     <svg …></svg>
//     <script type="application/json" data-width="1132" data-height="268">{…}</script>
//     …
//   </figure>
//
// The options with the largest width that fits are drawn in place of the
// drawings. When anything fails the drawings stay, and they come back to be
// printed. Nothing here needs more than script-src 'self' and style-src 'self'.
(function () {
  'use strict';
  if (!window.echarts || !window.vigie) return;

  class Live {
    constructor(figure, variants) {
      this.figure = figure;
      this.variants = variants; // narrowest first
      this.place = document.createElement('div');
      this.place.className = 'chart-live';
      this.hidden = []; // [drawing, comment that keeps its place]
      this.width = 0;
      this.failed = false;
    }

    // variant is the widest one that fits, or the narrowest of all.
    variant(width) {
      let best = this.variants[0];
      for (const v of this.variants) if (v.width <= width) best = v;
      return best;
    }

    draw() {
      if (this.failed) return;
      try {
        this.show();
      } catch (err) {
        this.failed = true;
        this.restore();
        console.warn('chart not drawn: ' + err.message);
      }
    }

    show() {
      const width = Math.floor(this.figure.clientWidth);
      if (width === 0 || width === this.width) return;
      this.width = width;
      const v = this.variant(width);
      if (this.chart && v === this.drawn) {
        this.chart.resize({ width: width, height: v.height });
        return;
      }
      const options = JSON.parse(v.script.textContent);
      const resolved = window.vigie.resolve(options);
      if (this.chart) this.chart.dispose();
      if (!this.place.isConnected) this.figure.insertBefore(this.place, this.first());
      this.chart = window.echarts.init(this.place, null, { renderer: 'svg', width: width, height: v.height, locale: window.vigie.locale(options) });
      this.chart.setOption(resolved);
      this.drawn = v;
      for (const svg of this.drawings()) {
        const mark = document.createComment('');
        svg.replaceWith(mark);
        this.hidden.push([svg, mark]);
      }
    }

    drawings() {
      return [...this.figure.querySelectorAll('svg')].filter((svg) => !this.place.contains(svg));
    }

    // first is the child of the figure that holds the first drawing.
    first() {
      let e = this.drawings()[0] || null;
      while (e && e.parentNode !== this.figure) e = e.parentNode;
      return e || this.figure.firstChild;
    }

    restore() {
      if (this.chart) this.chart.dispose();
      this.chart = this.drawn = undefined;
      this.width = 0;
      this.place.remove();
      for (const [svg, mark] of this.hidden) mark.replaceWith(svg);
      this.hidden = [];
    }
  }

  function start() {
    const all = [];
    for (const figure of document.querySelectorAll('figure')) {
      const variants = [...figure.querySelectorAll('script[type="application/json"][data-width][data-height]')]
        .map((s) => ({ script: s, width: Number(s.dataset.width), height: Number(s.dataset.height) }))
        .sort((a, b) => a.width - b.width);
      if (variants.length) all.push(new Live(figure, variants));
    }
    let printing = false;
    const sizes = new ResizeObserver(() => requestAnimationFrame(() => {
      if (!printing) all.forEach((c) => c.draw());
    }));
    for (const c of all) {
      c.draw();
      sizes.observe(c.figure);
    }
    addEventListener('beforeprint', () => {
      printing = true;
      all.forEach((c) => c.restore());
    });
    addEventListener('afterprint', () => {
      printing = false;
      all.forEach((c) => c.draw());
    });
  }

  // The box under the pointer has no font of its own: the library writes
  // sans-serif there, whatever the options say. The page's style sheet gives it
  // Inter, with .chart-live text { font-family: … !important }, and it is
  // measured so.
  const pen = document.createElement('canvas').getContext('2d');
  window.echarts.setPlatformAPI({
    measureText: (text, font) => {
      pen.font = font.replace('sans-serif', "Inter, 'Noto Sans', Arial");
      return { width: pen.measureText(text).width };
    },
  });

  // Text is measured with the page's font: wait for it, or for its absence.
  const fonts = [400, 600].map((weight) => document.fonts.load(weight + ' 12px Inter'));
  Promise.allSettled(fonts).then(start);
})();
