//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestCrash_batches kills the real program at random moments while files are classified. In the end every file that was accepted has a
// result with exactly its rows, or is one dead letter, because three attempts at it were killed.
func TestCrash_batches(t *testing.T) {
	rounds, rng := crashRounds(t)
	bin := buildProgram(t)
	reviews, err := os.ReadFile(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	data := t.TempDir()
	p := startProcess(t, bin, data)
	if !p.upload(t, crashFile{"hotel.txt", string(reviews), 120}) {
		t.Fatal("the training file was not accepted")
	}
	p.check(t, "hotel.txt", crashFile{"hotel.txt", string(reviews), 120})
	p.kill(t)

	accepted := map[string]int{} // rows, by where the batch is
	for range rounds {
		p := startProcess(t, bin, data)
		moment := time.NewTimer(time.Duration(min(rng.ExpFloat64()*float64(100*time.Millisecond), float64(700*time.Millisecond))))
		posted := make(chan struct{})
		go func() {
			defer close(posted)
			for range 3 {
				rows := 1 + rng.IntN(3000)
				if url := p.batch(t, rows); url != "" {
					accepted[url] = rows
				}
			}
		}()
		<-moment.C
		p.kill(t)
		<-posted
	}

	p = startProcess(t, bin, data)
	defer p.kill(t)
	done := 0
	for url, rows := range accepted {
		var b struct {
			Status    string
			Rows      int
			ResultURL string `json:"result_url"`
			Failure   struct{ Code string }
		}
		for b.Status != "done" && b.Status != "failed" {
			p.get(t, url+"?wait=20", &b)
		}
		if b.Status == "failed" && b.Failure.Code == "interrupted" {
			continue
		}
		if b.Status != "done" || b.Rows != rows {
			t.Errorf("%s: %+v, want %d rows", url, b, rows)
			continue
		}
		done++
		res, err := http.Get(p.url + b.ResultURL)
		if err != nil {
			t.Fatal(err)
		}
		all, err := io.ReadAll(res.Body)
		res.Body.Close()
		if lines := strings.Count(string(all), "\n"); err != nil || lines != rows+1 {
			t.Errorf("the result of %s has %d lines, %v; want %d", url, lines, err, rows+1)
		}
	}
	p.drain(t)
	t.Logf("%d batches accepted, %d done", len(accepted), done)
}

// batch sends a file of so many texts to be classified, and gives where the batch is; "" where it was not accepted.
func (p *process) batch(t *testing.T, rows int) string {
	t.Helper()
	var content strings.Builder
	content.WriteString("id,texto\n")
	for i := range rows {
		fmt.Fprintf(&content, "%d,Las camas estaban mal arregladas pero el desayuno excelente %d\n", i, i)
	}
	res, err := http.Post(p.url+"/v1/models/hotel.txt/batches", "text/csv", strings.NewReader(content.String()))
	if err != nil {
		return ""
	}
	defer res.Body.Close()
	var b struct {
		StatusURL string `json:"status_url"`
	}
	if res.StatusCode != http.StatusAccepted || json.NewDecoder(res.Body).Decode(&b) != nil {
		return ""
	}
	return b.StatusURL
}
