package vision_test

import (
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
)

// point is how a gallery of so many people names: the known by their own name, and strangers by any.
type point struct {
	people           int
	right, strangers rate
}

// curves are points by how many photos introduce a person; those under 0 are extrapolated for one.
type curves map[int][]point

func (c *curves) add(photos int, p point) {
	if *c == nil {
		*c = curves{}
	}
	for i, old := range (*c)[photos] { // a benchmark may be run more than once
		if old.people == p.people {
			(*c)[photos][i] = p
			return
		}
	}
	(*c)[photos] = append((*c)[photos], p)
}

// write draws the curves into the file that ANIMO_CURVES names.
func (c curves) write(b *testing.B) {
	if file := os.Getenv("ANIMO_CURVES"); file != "" {
		if err := os.WriteFile(file, []byte(c.svg()), 0o644); err != nil {
			b.Error(err)
		}
	}
}

// svg draws two panels over the number of people, from 1 to 10,000: names of the known, and of strangers. What is extrapolated
// is dashed, and its points are hollow.
func (c curves) svg() string {
	var s strings.Builder
	fmt.Fprint(&s, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 460" font-family="sans-serif" font-size="12"><rect width="640" height="460" fill="#fff"/>`)
	x := func(people int) float64 { return 60 + 135*math.Log10(float64(people)) }
	panel := func(title string, top, height, most, step float64, of func(point) rate) {
		y := func(percent float64) float64 { return top + height*(1-min(percent, most)/most) }
		fmt.Fprintf(&s, `<text x="60" y="%.0f" font-weight="bold">%s</text>`, top-10, title)
		for v := 0.0; v <= most; v += step {
			fmt.Fprintf(&s, `<path d="M60 %.1fH620" stroke="#ddd"/><text x="52" y="%.1f" text-anchor="end">%g</text>`, y(v), y(v)+4, v)
		}
		for people := 1; people <= 10_000; people *= 10 {
			fmt.Fprintf(&s, `<text x="%.1f" y="%.1f" text-anchor="middle">%d</text>`, x(people), top+height+18, people)
		}
		for _, line := range []struct {
			photos             int
			colour, fill, dash string
		}{{0, "#1b6ca8", "#fff", ` stroke-dasharray="5 4"`}, {1, "#1b6ca8", "#1b6ca8", ""}, {3, "#b3541e", "#b3541e", ""}} {
			path, dots := "", ""
			for i, p := range c[line.photos] {
				r := of(p)
				path += fmt.Sprintf("%c%.1f %.1f", "ML"[min(i, 1)], x(p.people), y(r.share))
				fmt.Fprintf(&s, `<path d="M%.1f %.1fV%.1f" stroke="%s" stroke-opacity="0.45" stroke-width="3"%s/>`, x(p.people), y(r.low), y(r.high), line.colour, line.dash)
				dots += fmt.Sprintf(`<circle cx="%.1f" cy="%.1f" r="3.5" stroke="%s" fill="%s"/>`, x(p.people), y(r.share), line.colour, line.fill)
			}
			fmt.Fprintf(&s, `<path d="%s" fill="none" stroke="%s" stroke-width="1.5"%s/>%s`, path, line.colour, line.dash, dots)
		}
	}
	panel("known: right name, %", 40, 200, 100, 20, func(p point) rate { return p.right })
	panel("strangers: a name, %", 295, 100, 4, 1, func(p point) rate { return p.strangers })
	fmt.Fprint(&s, `<text x="340" y="440" text-anchor="middle">people in the gallery</text>`,
		`<g><text x="80" y="225" fill="#1b6ca8">one photo each; dashed and hollow: extrapolated</text><text x="80" y="207" fill="#b3541e">three photos each</text></g></svg>`, "\n")
	return s.String()
}
