package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"animo/internal/sharedtest"
)

func TestPeople_are_added_listed_renamed_merged_and_removed(t *testing.T) {
	samplePhotos(t) // for the networks
	url := serve(t)
	faces := sharedtest.Path(t, "data", "faces_lfw")
	t.Setenv("LC_ALL", "C")
	t.Setenv("ANIMO_URL", url)
	t.Chdir(t.TempDir())
	for name, from := range map[string]string{"uno.jpg": "Aaron_Peirsol_0001.jpg", "ana/a.jpg": "Ai_Sugiyama_0002.jpg", "ana/b.jpg": "Ai_Sugiyama_0004.jpg"} {
		b, err := os.ReadFile(faces + "/" + from)
		if err != nil {
			t.Fatal(err)
		}
		place(t, name, b)
	}
	place(t, "grupo.jpg", samplePhotos(t)[0].JPEG)

	check(t, []string{"people", "list"}, 0, "NAME  EXAMPLES  INTRODUCED", "")
	check(t, []string{"people", "add", "Ana María", "ana"}, 0, "Ana María\t2", "")
	check(t, []string{"people", "add", "Adán", "grupo.jpg", "uno.jpg", "nada.jpg"}, 1, "Adán\t1",
		"animo: grupo.jpg: there are 3 faces in it; cut out the one that is meant\nanimo: nada.jpg: there is no such file\nanimo: failed: 2 (see above)")
	place(t, "texto.txt", []byte("no soy una foto"))
	check(t, []string{"people", "add", "Nadie", "texto.txt"}, 1, "", "animo: texto.txt: …\nanimo: failed: 1 (see above)")
	check(t, []string{"people", "add", "Nadie", "grupo.jpg"}, 1, "", "animo: grupo.jpg: there are 3 faces in it; …\nanimo: failed: 1 (see above)")
	check(t, []string{"people", "rename", "Adán", "Adam"}, 0, "", "animo: Adán is called Adam now")
	check(t, []string{"people", "rename", "Adam", "Ana María"}, 1, "", `animo: there is somebody else called "Ana María"; where both are one person, merge them`)
	check(t, []string{"people", "list"}, 0, "NAME       EXAMPLES  INTRODUCED\nAdam       1         …Z\nAna María  2         …Z", "")
	t.Setenv("LC_ALL", "es_CO.UTF-8")
	check(t, []string{"people", "merge", "Ana María", "Adam"}, 0, "", "animo: Ana María es ahora Adam, con 3 ejemplos")
	check(t, []string{"people", "remove", "Adam"}, 2, "", "animo: --yes: se perderá lo que se sabe de Adam; añada --yes si es lo que quiere")
	check(t, []string{"people", "remove", "Adam", "--yes"}, 0, "…\t3\t0\t0", "")
	check(t, []string{"people", "remove", "Adam", "--yes"}, 1, "", `animo: no se ha presentado a nadie llamado "Adam"`)
	check(t, []string{"people", "list"}, 0, "NOMBRE  EJEMPLOS  PRESENTACIÓN", "")
}

func TestPeople_say_what_is_wrong_before_they_send(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	place(t, "foto.jpg", []byte("\xff\xd8\xff, and no more is looked at"))
	none := httptest.NewServer(http.NotFoundHandler())
	defer none.Close()
	check(t, []string{"people", "add", "Ana", "foto.jpg", "--url", none.URL}, 1, "", "animo: "+none.URL+" answers, but not as an Animo does (404 Not Found)")
	for _, args := range [][]string{{"add", "Ana", "foto.jpg"}, {"list"}, {"rename", "a", "b"}, {"merge", "a", "b"}, {"remove", "a", "--yes"}, {"examples", "a"}} {
		check(t, append(append([]string{"people"}, args...), "--url", "x"), 2, "", `animo: --url: "x" is not a URL like http://127.0.0.1:8080`)
	}
}
