package main

import (
	"context"
	"net/http"
	"time"

	"animo"
	"animo/samples"
)

// simulateCmd drives a running server as an audience would, and tells what came of it.
type simulateCmd struct {
	URL  string   `default:"http://127.0.0.1:8080" env:"ANIMO_URL" placeholder:"URL" help:"The server (default http://127.0.0.1:8080)."`
	Keys []string `name:"key" env:"ANIMO_KEY" placeholder:"KEY" help:"API keys with commas between, one for each tenant that shall send; none where the server wants none. Put them into ANIMO_KEY: others on this machine can see command lines."`

	Time   time.Duration `default:"1m" help:"How long to send (default 1m)."`
	Seed   uint64        `default:"1" placeholder:"N" help:"What is sent and when follows from it: the same seed and flags send the same again (default 1)."`
	Model  string        `placeholder:"ID" help:"Model that is asked about opinions. Without it, one is trained of the sample opinions, as simulate.txt."`
	AtOnce int           `default:"64" placeholder:"N" help:"How many calls are under way at once, at most; what arrives beyond waits, and its wait counts (default 64)."`
	Settle time.Duration `default:"2m" help:"How long what was accepted may take to have its effect, after the last arrival (default 2m)."`

	Photos     float64       `default:"1" placeholder:"N" help:"Photos a second, of all tenants together (default 1)."`
	Opinions   float64       `default:"10" placeholder:"N" help:"Opinions a second, of all tenants together (default 10)."`
	Burst      float64       `default:"1" placeholder:"N" help:"How many times as much arrives in a burst (default 1: there are none)."`
	BurstEvery time.Duration `default:"20s" help:"How often there is one (default 20s)."`
	BurstTime  time.Duration `default:"2s" help:"How long one lasts (default 2s)."`

	DriftAt     time.Duration `placeholder:"TIME" help:"From then on, counted from the start, opinions are others (default: never)."`
	DriftLabels float64       `default:"50" placeholder:"PERCENT" help:"How many of them are bad then; before, half of them are (default 50)."`
	DriftWords  float64       `default:"30" placeholder:"PERCENT" help:"How many of their words are new then (default 30)."`
	Correct     float64       `default:"10" placeholder:"PERCENT" help:"How many of the opinions that are judged wrongly somebody corrects (default 10)."`

	Broken   float64 `default:"0" placeholder:"PERCENT" help:"Photos that are cut off after their first bytes."`
	Repeated float64 `default:"0" placeholder:"PERCENT" help:"Photos that are sent twice, at the same moment."`
	HangUp   float64 `default:"0" placeholder:"PERCENT" help:"Photos whose client hangs up half way."`

	JSON bool `help:"Print the report as one JSON object."`
}

// Help is the part of --help with the examples.
func (simulateCmd) Help() string {
	return `It sends the sample photos, each with a few bytes of its own behind its end so that it is another photo, and opinions made of the sentences of the sample opinions; both arrive at random moments (a Poisson process), which follow from the seed. What is refused is not sent again.

Then it looks for the effect of everything that was accepted: every photo is analysed, or has failed with a reason, once; every face of it is recorded once, and told once by the live stream; every correction is kept once; and nothing is kept of photos whose client hung up. The report has a line for each phase and call (an even stream, a burst, either after the drift), with how long answers took from the moment at which the call was due, and how often the model was right. The exit code is 1 where something that was accepted had no effect, or had it twice.

What is sent stays on the server: photos with the source simulate-SEED, and the model simulate.txt. Use a tenant of its own.

Examples:

    animo simulate --time 30s --photos 5 --opinions 100
    animo simulate --burst 10 --broken 5 --repeated 10 --hang-up 5
    animo simulate --photos 0 --opinions 50 --drift-at 30s --drift-words 60 --json
    ANIMO_KEY=$(cat clave1),$(cat clave2) animo simulate --url https://animo.example.com`
}

// check refuses flags that cannot be.
func (s *simulateCmd) check() error {
	for _, f := range []struct {
		name  string
		value float64
	}{
		{"--drift-labels", s.DriftLabels}, {"--drift-words", s.DriftWords}, {"--correct", s.Correct},
		{"--broken", s.Broken}, {"--repeated", s.Repeated}, {"--hang-up", s.HangUp},
	} {
		if !(f.value >= 0 && f.value <= 100) {
			return usagef(f.name, "%g is not a percentage", "%g no es un porcentaje", f.value)
		}
	}
	if sum := s.Broken + s.Repeated + s.HangUp; sum > 100 {
		return usagef("--broken", "faults of %g %% of the photos are too many; with --repeated and --hang-up, 100 are all", "fallos en el %g %% de las fotos son demasiados; con --repeated y --hang-up, 100 son todas", sum)
	}
	for _, f := range []struct {
		name  string
		value float64
	}{{"--photos", s.Photos}, {"--opinions", s.Opinions}} {
		if !(f.value >= 0 && f.value <= maxRate) {
			return usagef(f.name, "%g is not a number a second from 0 to %d", "%g no es un número por segundo de 0 a %d", f.value, maxRate)
		}
	}
	if !(s.Burst >= 1 && s.Burst <= maxBurst) {
		return usagef("--burst", "%g is not a factor from 1 to %d", "%g no es un factor de 1 a %d", s.Burst, maxBurst)
	}
	for _, f := range []struct {
		name  string
		value time.Duration
	}{{"--time", s.Time}, {"--settle", s.Settle}, {"--burst-every", s.BurstEvery}, {"--burst-time", s.BurstTime}} {
		if f.value <= 0 {
			return usagef(f.name, "%v is no time; it must be more than 0", "%v no es una duración; debe ser mayor que 0", f.value)
		}
	}
	if s.BurstTime > s.BurstEvery {
		return usagef("--burst-time", "%v is longer than --burst-every, %v", "%v es más que --burst-every, %v", s.BurstTime, s.BurstEvery)
	}
	if s.DriftAt < 0 {
		return usagef("--drift-at", "%v is before the start", "%v es anterior al comienzo", s.DriftAt)
	}
	if s.AtOnce < 1 || s.AtOnce > maxAtOnce {
		return usagef("--at-once", "%d is not a number of calls at once; allowed are 1 to %d", "%d no es un número de llamadas a la vez; se admiten de 1 a %d", s.AtOnce, maxAtOnce)
	}
	return nil
}

// What a simulation may ask for.
const (
	maxRate   = 10_000 // arrivals a second
	maxBurst  = 1_000  // times as many
	maxAtOnce = 10_000 // calls under way
)

// simulateModel is the model that a simulation trains for itself.
const simulateModel = "simulate.txt"

// Run sends what the plan says, looks for the effects, and reports.
func (s *simulateCmd) Run(ctx context.Context, c *console) error {
	if err := s.check(); err != nil {
		return err
	}
	sim := &simulation{options: s, source: s.source()}
	if s.Photos > 0 {
		list, err := samples.Photos()
		if err != nil {
			return err
		}
		for _, p := range list {
			sim.pictures = append(sim.pictures, p.JPEG)
		}
	}
	keys := s.Keys
	if len(keys) == 0 {
		keys = []string{""}
	}
	for _, key := range keys {
		k, err := newClient(s.URL, key, c.lang)
		if err != nil {
			return err
		}
		k.http.Transport.(*http.Transport).MaxIdleConnsPerHost = s.AtOnce
		defer k.http.CloseIdleConnections()
		sim.tenants = append(sim.tenants, &simulatedTenant{client: k, photos: map[string]bool{}, brokenOff: map[string]bool{}, corrections: map[string]string{}})
	}
	if err := sim.tenants[0].client.reach(ctx); err != nil {
		return err
	}
	if s.Opinions > 0 && s.Model == "" {
		for _, t := range sim.tenants {
			if err := t.train(ctx); err != nil {
				return err
			}
		}
	}
	report, err := sim.run(ctx)
	if err != nil {
		return err
	}
	if s.JSON {
		err = printJSON(c.stdout, report)
	} else {
		err = report.print(c)
	}
	if err != nil {
		return err
	}
	return report.verdict()
}

// model is the one that is asked.
func (s *simulateCmd) model() string {
	if s.Model != "" {
		return s.Model
	}
	return simulateModel
}

// train has the server learn from the sample opinions.
func (t *simulatedTenant) train(ctx context.Context) error {
	path := "/v1/training/" + simulateModel
	if err := t.client.call(ctx, http.MethodPut, path, bytesBody(samples.Opinions()), nil); err != nil {
		return err
	}
	var state struct {
		Status  animo.Status
		Failure *struct {
			Code    animo.Code
			Message string
		}
	}
	for !state.Status.Ended() {
		if err := t.client.call(ctx, http.MethodGet, path+"?wait=20", nil, &state); err != nil {
			return err
		}
	}
	if state.Failure != nil {
		return &animo.Error{Code: state.Failure.Code, EN: state.Failure.Message, ES: state.Failure.Message}
	}
	return nil
}
