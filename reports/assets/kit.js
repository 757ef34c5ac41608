// The named functions that chart options may ask for.
//
// Options are data: where ECharts wants a function they hold {"$f": name}, and
// resolve puts the function of that name there. Numbers and days are written
// as internal/locale writes them; a test holds the two against each other.
// It runs in a browser and, before the library, in the binary's own engine.
(function (root) {
  'use strict';

  const NBSP = '\u00a0';
  const NNBSP = '\u202f';
  const MINUS = '\u2212';
  const DASH = '\u2014';

  // The signs of currencies, French then English; others are written by code.
  const symbols = {
    EUR: ['€', '€'], USD: ['$US', '$'], GBP: ['£GB', '£'], CAD: ['$CA', 'CA$'],
    AUD: ['$AU', 'A$'], JPY: ['¥', '¥'], INR: ['₹', '₹'],
  };
  const months = {
    fr: ['janvier', 'février', 'mars', 'avril', 'mai', 'juin', 'juillet', 'août', 'septembre', 'octobre', 'novembre', 'décembre'],
    en: ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
  };
  const shortMonths = {
    fr: ['janv.', 'févr.', 'mars', 'avr.', 'mai', 'juin', 'juil.', 'août', 'sept.', 'oct.', 'nov.', 'déc.'],
    en: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'],
  };
  const weekdays = { // from Sunday, as JavaScript counts
    fr: ['dimanche', 'lundi', 'mardi', 'mercredi', 'jeudi', 'vendredi', 'samedi'],
    en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
  };

  // plain writes |v| in base ten, with the fewest digits that give v back and
  // without an exponent.
  function plain(v) {
    const s = String(Math.abs(v));
    const m = /^(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(s);
    if (!m) return s;
    const digits = m[1] + (m[2] || '');
    const point = m[1].length + Number(m[3]);
    if (point <= 0) return '0.' + '0'.repeat(-point) + digits;
    if (point >= digits.length) return digits + '0'.repeat(point - digits.length);
    return digits.slice(0, point) + '.' + digits.slice(point);
  }

  // number rounds half away from zero in base ten: 2.675 gives 2.68.
  function number(lang, v, decimals) {
    if (v === null || v === undefined || v === '' || !isFinite(v)) return DASH;
    v = Number(v);
    let [whole, frac = ''] = plain(v).split('.');
    const up = frac.length > decimals && frac[decimals] >= '5';
    let digits = whole + frac.slice(0, decimals).padEnd(decimals, '0');
    if (up) digits = String(BigInt(digits) + 1n).padStart(digits.length, '0');
    whole = digits.slice(0, digits.length - decimals);
    frac = digits.slice(digits.length - decimals);
    let s = whole.replace(/\B(?=(\d{3})+$)/g, lang === 'en' ? ',' : NNBSP);
    if (decimals > 0) s += (lang === 'en' ? '.' : ',') + frac;
    return v < 0 && /[1-9]/.test(digits) ? MINUS + s : s;
  }

  function signed(s) {
    return s === DASH || s.startsWith(MINUS) || !/[1-9]/.test(s) ? s : '+' + s;
  }

  // withSign puts a currency's sign where the language wants it. n is a
  // written number, space what stands between number and sign in French.
  function withSign(lang, n, currency, space) {
    if (n === DASH) return n;
    const known = symbols[currency];
    if (lang === 'fr') return n + space + (known ? known[0] : currency);
    const sign = known ? known[1] : currency + NBSP;
    return n.startsWith(MINUS) ? MINUS + sign + n.slice(1) : sign + n;
  }

  function percent(lang, ratio, decimals) {
    const n = number(lang, ratio === null || ratio === undefined ? NaN : ratio * 100, decimals);
    return n === DASH ? n : n + (lang === 'fr' ? NBSP : '') + '%';
  }

  function times(lang, v, decimals) {
    const n = number(lang, v, decimals);
    return n === DASH ? n : n + (lang === 'fr' ? NBSP : '') + '×';
  }

  // short is a number of thousands or millions with at most one decimal.
  function short(lang, x) {
    const tenths = Math.round(x * 10);
    return number(lang, x, Math.abs(x) < 10 && tenths % 10 !== 0 ? 1 : 0);
  }

  function thousands(lang, v, currency) {
    if (v === null || v === undefined || !isFinite(v)) return DASH;
    const space = lang === 'fr' ? NBSP : '';
    const glue = symbols[currency] ? '' : NBSP; // k€, but k CHF
    const a = Math.abs(v);
    if (a >= 999500) return withSign(lang, short(lang, v / 1e6) + space + 'M', currency, glue);
    if (a >= 10000) return withSign(lang, short(lang, v / 1e3) + space + 'k', currency, glue);
    return withSign(lang, number(lang, v, 0), currency, NBSP);
  }

  function day(lang, d, names, withWeekday) {
    const t = new Date(d * 86400000);
    const n = t.getUTCDate();
    const first = lang === 'fr' && n === 1 && withWeekday ? '1er' : String(n);
    const text = first + NBSP + names[lang][t.getUTCMonth()];
    return withWeekday ? weekdays[lang][t.getUTCDay()] + ' ' + text : text;
  }

  // Formatters by name. Each takes a language and a value; days are counted
  // from 1 January 1970.
  const formatters = {
    int: (lang, v) => number(lang, v, 0),
    day: (lang, v) => day(lang, v, shortMonths, false),
    date: (lang, v) => day(lang, v, months, true),
  };
  // Formatters whose names end with a count of decimals, from 0 to 3.
  const decimal = {
    num: number,
    pct: percent,
    spct: (lang, v, d) => signed(percent(lang, v, d)),
    times: times,
  };

  // formatter finds a formatter by name: one of those above, or for money the
  // currency's code with its decimals, or k for thousands: eur0, usd2, eurk.
  function formatter(name) {
    if (Object.hasOwn(formatters, name)) return formatters[name];
    const m = /^([a-z]{3,5})([0-3k])$/.exec(name);
    if (m && m[2] !== 'k' && Object.hasOwn(decimal, m[1])) return (lang, v) => decimal[m[1]](lang, v, Number(m[2]));
    if (!m || m[1].length !== 3) throw new Error('no function is named ' + name);
    const currency = m[1].toUpperCase();
    if (m[2] === 'k') return (lang, v) => thousands(lang, v, currency);
    return (lang, v) => withSign(lang, number(lang, v, Number(m[2])), currency, NBSP);
  }

  // band draws the area between the second and third value of a custom series
  // over its first, one polygon for each run of days that are known.
  const band = (opacity) => (params, api) => {
    const known = (i) => i >= 0 && i < params.dataInsideLength && !isNaN(api.value(1, i)) && !isNaN(api.value(2, i));
    const first = params.dataIndexInside;
    if (!known(first) || known(first - 1)) return null;
    const points = [];
    for (let i = first; known(i); i++) {
      points.push(api.coord([api.value(0, i), api.value(2, i)]));
      points.unshift(api.coord([api.value(0, i), api.value(1, i)]));
    }
    return { type: 'polygon', silent: true, shape: { points: points }, style: { fill: api.visual('color'), opacity: opacity } };
  };

  // steps draws the line from the level after each bar to the next bar, from edge
  // to edge: bars take a part of their band, and no more than max px. The bars of
  // a custom series stand side by side, or lie below each other.
  const steps = (ref) => (params, api) => {
    const at = api.value(ref.lying ? 1 : 0);
    const level = api.value(ref.lying ? 0 : 1);
    const point = (i) => api.coord(ref.lying ? [level, i] : [i, level]);
    const [x1, y1] = point(at);
    const [x2, y2] = point(at + 1);
    const half = Math.min(ref.max, ref.part * (ref.lying ? y2 - y1 : x2 - x1)) / 2;
    const shape = ref.lying ? { x1: x1, y1: y1 + half, x2: x2, y2: y2 - half } : { x1: x1 + half, y1: y1, x2: x2 - half, y2: y2 };
    return { type: 'line', silent: true, shape: shape, style: { stroke: api.visual('color'), lineWidth: 1 } };
  };

  // named is the function for {"$f": name}. The function "text" writes the
  // text t that stands beside it, whatever it is given: a template string would
  // read the braces of a campaign's name.
  function named(ref, lang) {
    if (ref.$f === 'text') return () => ref.t;
    if (ref.$f === 'band') return band(ref.opacity);
    if (ref.$f === 'steps') return steps(ref);
    const f = formatter(ref.$f);
    return (v) => {
      if (v !== null && typeof v === 'object' && !Array.isArray(v)) v = v.value;
      if (Array.isArray(v)) v = v[v.length - 1];
      return f(lang, v);
    };
  }

  function walk(x, lang) {
    if (Array.isArray(x)) return x.map((e) => walk(e, lang));
    if (x === null || typeof x !== 'object') return x;
    if (Object.hasOwn(x, '$f')) return named(x, lang);
    const out = {};
    for (const k of Object.keys(x)) if (k !== '$lang') out[k] = walk(x[k], lang);
    return out;
  }

  root.vigie = {
    // format writes one value, as an option with {"$f": name} would.
    format: (name, lang, v) => formatter(name)(lang, v),
    // resolve copies options and puts the named functions in their places. The
    // language is the options' own $lang.
    resolve: (options) => walk(options, options.$lang),
    // locale is the library's name for the options' language.
    locale: (options) => options.$lang.toUpperCase(),
  };
})(globalThis);
