package main

import (
	"os"
	"strings"
	"testing"
)

func TestClassify_has_a_server_classify_a_file_and_aspects_asks_it_of_a_training_file(t *testing.T) {
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	opinions, err := os.ReadFile("../../samples/opiniones.txt")
	if err != nil {
		t.Fatal(err)
	}
	t.Chdir(t.TempDir())
	place(t, "reseñas.csv", []byte("id,texto\n1,Todo excelente\n2,El baño estaba sucio\n3,\n"))
	place(t, "opiniones.txt", opinions)

	check(t, []string{"classify", "--url", url, "--model", "starter", "reseñas.csv", "-o", "out.csv"}, 0, "",
		"animo: rows without a text, or that cannot be read: 1\nanimo: 2 texts classified in out.csv")
	b, err := os.ReadFile("out.csv")
	if want := "\ufeffid,texto,label,probability,evidence\n1,Todo excelente,Positivo,"; err != nil || !strings.HasPrefix(string(b), want) {
		t.Errorf("%q, %v", b, err)
	}
	check(t, []string{"classify", "--url", url, "--model", "starter", "reseñas.csv"}, 0, "\ufeffid,texto,label,probability,evidence\n…\n…\n3,,,,", "animo: rows …")
	check(t, []string{"classify", "--url", url, "--model", "starter", "reseñas.csv", "--text", "nada"}, 1, "", `animo: there is no column "nada"; the file has 2: id, texto`)
	check(t, []string{"classify", "--url", url, "--model", "hoteles", "reseñas.csv"}, 1, "", `animo: there is no model "hoteles"`)
	check(t, []string{"classify", "--url", url, "--model", "starter", "Todo bien"}, 2, "", "animo: --url: a server classifies one file that is there")
	check(t, []string{"classify", "--url", url, "--model", "starter", "reseñas.csv", "--json"}, 2, "", "animo: --json: a server writes CSV; leave out --json or --url")

	k, err := newClient(url, "", "en")
	if err != nil {
		t.Fatal(err)
	}
	if err := k.call(t.Context(), "PUT", "/v1/training/opiniones.txt?trainer=nb&folds=3", opinionBody("opiniones.txt"), nil); err != nil {
		t.Fatal(err)
	}
	if err := k.call(t.Context(), "GET", "/v1/training/opiniones.txt?wait=30", nil, nil); err != nil {
		t.Fatal(err)
	}
	check(t, []string{"aspects", "--dataset", "opiniones.txt", "--url", url}, 0, "120 opinions: 60 good, 60 bad, 0 that say neither\n\nAspect …\n…", "")
	check(t, []string{"aspects", "--dataset", "opiniones.txt", "--model", "opiniones.txt", "--url", url, "--json"}, 0, `{"texts":120,…,"files":[{"file":"opiniones.txt",…}]}`, "")
	check(t, []string{"aspects", "--dataset", "otro.txt", "--url", url}, 1, "", `animo: there is no dataset "otro.txt"`)
	check(t, []string{"aspects", "--dataset", "opiniones.txt", "reseñas.csv"}, 2, "", "animo: --dataset: the server reads it …")
	check(t, []string{"aspects"}, 2, "", "animo: name files of opinions, …")
}
