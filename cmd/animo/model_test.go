package main

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestModel_is_pushed_to_a_server_answers_there_and_is_pulled_again(t *testing.T) {
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	t.Setenv("ANIMO_URL", url)
	opinions, err := filepath.Abs(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	check(t, []string{"train", opinions, "--trainer", "nb", "--out", "hoteles"}, 0, "…", "animo: saved in hoteles; …")
	check(t, []string{"model", "push", "hoteles"}, 0, "hoteles\t20…", "")
	res, err := http.Get(url + "/v1/training/hoteles?wait=20") // until it is published
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res, err = http.Post(url+"/senti", "application/json", strings.NewReader(`{"idmodel":"hoteles","opiniones":["Todo excelente"]}`)); err != nil {
		t.Fatal(err)
	}
	answer, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !strings.Contains(string(answer), "Positivo") {
		t.Errorf("%s, %v", answer, err)
	}
	check(t, []string{"model", "pull", "hoteles", "--out", "otra.zip"}, 0, "", "animo: saved in otra.zip; …")
	check(t, []string{"model", "pull", "hoteles", "--out", "carpeta"}, 0, "", "animo: saved in carpeta; …")
	check(t, []string{"classify", "--model", "otra.zip", "Todo excelente"}, 0, "Positivo …Todo excelente", "")
	for _, name := range []string{"vectorizer.json", "network.safetensors"} {
		was, err := os.ReadFile(filepath.Join("hoteles", name))
		if err != nil {
			t.Fatal(err)
		}
		if is, err := os.ReadFile(filepath.Join("carpeta", name)); err != nil || string(is) != string(was) {
			t.Errorf("%s came back as another, %v", name, err)
		}
	}
	check(t, []string{"model", "pull", "nada", "--out", "x.zip"}, 1, "", `animo: there is no model "nada"`)
	place(t, "roto.zip", []byte("PK\x03\x04"))
	check(t, []string{"model", "push", "roto.zip"}, 1, "", "animo: the file is not a model that animo packed, or it was damaged: …")
}

func TestModel_that_is_held_answers_once_it_is_published(t *testing.T) {
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	t.Setenv("ANIMO_URL", url)
	var noise strings.Builder
	for i := range 60 {
		noise.WriteString("la habitación " + strconv.Itoa(i) + "\t" + strconv.Itoa(i/3%2) + "\n")
	}
	client := &http.Client{}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, url+"/v1/training/ruido", strings.NewReader(noise.String()))
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if res, err = client.Get(url + "/v1/training/ruido?wait=20"); err != nil {
		t.Fatal(err)
	}
	training, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !strings.Contains(string(training), `"status":"held"`) || !strings.Contains(string(training), `"code":"not_better"`) || !strings.Contains(string(training), "no better than guessing") {
		t.Fatalf("%s, %v", training, err)
	}
	check(t, []string{"model", "policy", "ruido", "ask"}, 0, "", "animo: the policy of ruido is ask")
	check(t, []string{"model", "schedule", "ruido", "--cron", "0 4 1 1 *", "--time-zone", "America/Havana"}, 0, "", "animo: ruido is trained by itself, next at 20…-01-01T09:00:00Z")
	check(t, []string{"model", "schedule", "ruido", "--cron", "always"}, 1, "", "animo: \"always\" is no schedule: …")
	check(t, []string{"model", "schedule", "ruido"}, 0, "", "animo: ruido is no longer trained by itself")
	check(t, []string{"model", "policy", "ruido", "often"}, 2, "", "animo: <policy> must be one of …\nanimo: hint: …")
	check(t, []string{"model", "publish", "ruido"}, 0, "", "animo: version 20… of ruido answers")
	check(t, []string{"model", "alias", "ruido", "de mayo"}, 0, "", "")
	check(t, []string{"model", "experiment", "ruido", "de mayo", "--share", "0.5"}, 1, "", "…is the one that answers; name another one")
	check(t, []string{"model", "experiment", "ruido"}, 1, "", "animo: no experiment of model \"ruido\" is running")
	check(t, []string{"model", "alias", "ruido", "champion"}, 1, "", "animo: champion is …")
	check(t, []string{"model", "publish", "ruido", "de mayo"}, 0, "", "animo: version de mayo of ruido answers")
	check(t, []string{"model", "alias", "ruido", "de mayo", "--remove"}, 0, "", "")
	check(t, []string{"model", "publish", "ruido", "de mayo"}, 1, "", "…has no version…")
	if res, err = client.Get(url + "/modelos"); err != nil {
		t.Fatal(err)
	}
	answering, err := io.ReadAll(res.Body)
	res.Body.Close()
	if err != nil || !strings.Contains(string(answering), "ruido") {
		t.Errorf("%s, %v", answering, err)
	}
	check(t, []string{"model", "publish", "nada"}, 1, "", "animo: nothing was ever trained under …")
	more := filepath.Join(t.TempDir(), "más.csv")
	if err := os.WriteFile(more, []byte("texto,etiqueta\nmuy bien,1\nmuy mal,0\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	check(t, []string{"model", "add", "ruido", more}, 0, "ruido\t20…", "")
	check(t, []string{"model", "add", "nadie", more}, 1, "", "animo: there is no model \"nadie\"")
}
