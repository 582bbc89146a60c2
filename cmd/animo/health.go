package main

import (
	"context"
	"io"
	"net/http"
	"strings"
	"time"

	"animo"
)

type healthCmd struct {
	Listen string `default:"127.0.0.1:8080" env:"ANIMO_LISTEN" placeholder:"ADDR" help:"The address that it serves on, as animo serve takes it (default 127.0.0.1:8080)."`
}

// Help tells what animo health is for.
func (healthCmd) Help() string {
	return `Asks the server on this machine whether it can serve, as /readyz tells it: for containers, in which there is no curl. A process without
the function api has nobody to ask.`
}

// healthTime is less than what those who ask give a check.
const healthTime = 3 * time.Second

// Run says nothing where the server is ready, and why not where it is not.
func (h *healthCmd) Run(ctx context.Context, c *console) error {
	ctx, cancel := context.WithTimeout(ctx, healthTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+browsable(h.Listen)+"/readyz", nil)
	if err != nil {
		return usagef("--listen", "%q is not an address like 127.0.0.1:8080", "%q no es una dirección como 127.0.0.1:8080", h.Listen)
	}
	req.Header.Set("Accept-Language", c.lang)
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // no proxy is between
	res, err := client.Do(req)
	if err != nil {
		return animo.Errorf(animo.Unavailable, "nobody answers at %s", "nadie responde en %s", h.Listen).Because(err)
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusOK {
		return nil
	}
	said, err := io.ReadAll(io.LimitReader(res.Body, 1000))
	if err != nil {
		return err
	}
	text := strings.TrimSpace(string(said))
	return animo.Errorf(animo.Unavailable, "%s answers %d: %s", "%s responde %d: %s", h.Listen, res.StatusCode, text)
}
