package chart

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"modernc.org/quickjs"

	"vigie/reports/assets"
)

// Limits of one drawing. Options are ours, so neither is met unless something
// is wrong with them.
const (
	memoryLimit = 256 << 20
	// A drawing takes a tenth of a second; loading the library is given longer,
	// for slow machines.
	evalTimeout = time.Minute
	loadTimeout = time.Minute
)

// sandbox prepares the JavaScript context. Time stands still and chance is
// seeded anew for each chart, so that the same options give the same bytes;
// there are no timers and nothing of the machine can be reached.
const sandbox = `
globalThis.setTimeout = function () { return 0 };
globalThis.clearTimeout = function () {};
(function () {
  const Real = Date, now = Real.UTC(2000, 0, 1);
  globalThis.Date = class extends Real {
    constructor(...a) { if (a.length) super(...a); else super(now) }
    static now() { return now }
  };
  let seed = 1;
  Math.random = function () { seed = (seed * 48271) % 2147483647; return seed / 2147483647 };
  globalThis.reseed = function () { seed = 1 };
})();
`

const drawing = `
echarts.setPlatformAPI({ measureText: function (text, font) { return { width: measure(String(text), String(font)) } } });
globalThis.draw = function (json, width, height) {
  reseed();
  const options = JSON.parse(json);
  const c = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height, locale: vigie.locale(options) });
  try {
    c.setOption(vigie.resolve(options));
    return c.renderToSVGString();
  } finally {
    c.dispose();
  }
};
`

// Engine draws charts without a browser: ECharts in a JavaScript engine in pure
// Go. It may be used by several goroutines; they wait for each other.
type Engine struct {
	mu     sync.Mutex
	vm     *quickjs.VM // nil after a failure: what is left of it cannot be trusted
	closed bool
}

// NewEngine loads the library, which takes a fraction of a second: keep the
// engine for all charts of a report, and Close it.
func NewEngine() (*Engine, error) {
	vm, err := load()
	if err != nil {
		return nil, err
	}
	return &Engine{vm: vm}, nil
}

func load() (*quickjs.VM, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, fmt.Errorf("chart engine: %w", err)
	}
	vm.SetMemoryLimit(memoryLimit)
	if err := errors.Join(vm.SetEvalTimeout(loadTimeout), vm.RegisterFunc("measure", measure, false)); err != nil {
		vm.Close()
		return nil, fmt.Errorf("chart engine: %w", err)
	}
	for _, part := range []struct{ name, code string }{
		{"sandbox", sandbox},
		{"echarts.min.js", assets.ECharts},
		{"langFR.js", assets.EChartsFR},
		{"kit.js", assets.Kit},
		{"drawing", drawing},
	} {
		if _, err := vm.Eval(part.code+"\n;undefined", quickjs.EvalGlobal); err != nil {
			vm.Close()
			return nil, fmt.Errorf("chart engine: load %s: %w", part.name, err)
		}
	}
	if err := vm.SetEvalTimeout(evalTimeout); err != nil {
		vm.Close()
		return nil, fmt.Errorf("chart engine: %w", err)
	}
	return vm, nil
}

// Close frees the engine. Charts can no longer be drawn with it.
func (e *Engine) Close() error {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.closed = true
	if e.vm == nil {
		return nil
	}
	vm := e.vm
	e.vm = nil
	return vm.Close()
}

// SVG draws a chart as an SVG element that can stand in a page with a strict
// content policy: no script, no style, no class, and ids of its own. The same
// chart gives the same bytes. An error concerns this chart alone.
func (e *Engine) SVG(c Chart) (string, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	raw, err := e.draw(c)
	if err != nil {
		return "", fmt.Errorf("draw chart %s: %w", c.ID, err)
	}
	svg, err := cleanSVG(raw, c)
	if err != nil {
		return "", fmt.Errorf("draw chart %s: %w", c.ID, err)
	}
	return svg, nil
}

func (e *Engine) draw(c Chart) (string, error) {
	if e.closed {
		return "", errors.New("the engine is closed")
	}
	if e.vm == nil {
		vm, err := load()
		if err != nil {
			return "", err
		}
		e.vm = vm
	}
	// The options are passed as a string and parsed there: never as code.
	out, err := e.vm.Call("draw", string(c.Options), c.Width, c.Height)
	if err != nil {
		vm := e.vm
		e.vm = nil
		return "", errors.Join(err, vm.Close())
	}
	raw, ok := out.(string)
	if !ok {
		return "", fmt.Errorf("got %T, want a string", out)
	}
	return raw, nil
}

// measure is the width of a text in a CSS font such as "bold 12px Inter".
func measure(text, font string) float64 {
	size, weight := 12.0, 400
	for _, f := range strings.Fields(font) {
		if px, ok := strings.CutSuffix(f, "px"); ok {
			if v, err := strconv.ParseFloat(px, 64); err == nil {
				size = v
			}
			break // the family follows
		}
		switch v, err := strconv.Atoi(f); {
		case err == nil:
			weight = v
		case f == "bold":
			weight = 700
		}
	}
	return Width(text, size, weight)
}
