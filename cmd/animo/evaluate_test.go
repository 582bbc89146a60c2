package main

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"

	"animo"
)

// evaluateJSON runs animo evaluate --json and reads what it prints.
func evaluateJSON(t *testing.T, into any, args ...string) (code int, stderr string) {
	t.Helper()
	if err := networks(); animo.CodeOf(err) == animo.Unavailable {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatal(err)
		}
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	t.Setenv("LC_ALL", "C")
	var out, errs bytes.Buffer
	code = run(append([]string{"evaluate", "--json"}, args...), bytes.NewReader(nil), &out, &errs)
	if out.Len() > 0 {
		if err := json.Unmarshal(out.Bytes(), into); err != nil {
			t.Fatalf("%v in %s", err, &out)
		}
	}
	return code, errs.String()
}

func TestEvaluate_faces_in_folders_called_like_emotions(t *testing.T) {
	_, kit := photoFile(t, "kit2.jpeg")
	_, rose := photoFile(t, "rose1.jpg")
	t.Chdir(t.TempDir())
	place(t, "caras/Alegría/a.jpg", rose)
	place(t, "caras/neutral/b.jpg", kit)
	place(t, "caras/neutral/nadie.gif", []byte("GIF87a\x01\x00\x01\x00\x80\x01\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"))
	place(t, "caras/contempt/c.jpg", kit)
	var e emotionsJSON
	code, stderr := evaluateJSON(t, &e, "--faces", "caras")
	if code != 0 || stderr != "animo: passed over the folder contempt: that is no emotion that Animo tells\n" {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	said := 0
	for _, row := range e.Confusion {
		for _, n := range row {
			said += n
		}
	}
	if e.Crop != "pipeline" || e.N != 3 || e.Missed != 1 || said != 2 || len(e.Recall) != 2 {
		t.Errorf("%+v", e)
	}
	if e.Accuracy < 0 || e.Accuracy > 1 || e.Intervals.Accuracy[0] > e.Accuracy || e.Intervals.Accuracy[1] < e.Accuracy || e.Intervals.Accuracy[1] == 0 {
		t.Errorf("accuracy %g in %v", e.Accuracy, e.Intervals.Accuracy)
	}

	e = emotionsJSON{}
	place(t, "caras/neutral/rota.jpg", kit[:len(kit)/2])
	code, stderr = evaluateJSON(t, &e, "--faces", "caras", "--crop", "whole")
	if code != exitFailure || !strings.Contains(stderr, "rota.jpg: the JPEG picture ends before") || !strings.Contains(stderr, "left out: 1") {
		t.Errorf("exit code %d, stderr %q", code, stderr)
	}
	if e.Crop != "whole" || e.N != 3 || e.Missed != 0 {
		t.Errorf("%+v", e)
	}
}

func TestEvaluate_people(t *testing.T) {
	contents := map[string][]byte{}
	for _, file := range []string{"obama1.jpg", "obama2.jpg", "obama3.jpg", "rose1.jpg", "rose2.jpg"} {
		_, contents[file] = photoFile(t, file) // which is found from the test's own folder
	}
	t.Chdir(t.TempDir())
	for name, files := range map[string][]string{"Barack": {"obama1.jpg", "obama2.jpg", "obama3.jpg"}, "Rose": {"rose1.jpg", "rose2.jpg"}} {
		for _, file := range files {
			place(t, "personas/"+name+"/"+file, contents[file])
		}
	}
	var id identificationJSON
	code, stderr := evaluateJSON(t, &id, "--people", "personas")
	if code != 0 || stderr != "" || id.People != 2 || id.Photos != 5 || len(id.Curves) != 1 {
		t.Fatalf("exit code %d, stderr %q, %+v", code, stderr, id)
	}
	c := id.Curves[0]
	if c.Examples != 1 || c.Gallery != 2 || c.Known != 3 || c.Strangers != 3 || c.Usual.TruePositive != 1 || c.Usual.FalsePositive != 0 || c.Usual.Wrong != 0 {
		t.Errorf("%+v", c)
	}
	if c.Points[0].TruePositive > c.Points[len(c.Points)-1].TruePositive || c.Points[0].FalsePositive > c.Points[len(c.Points)-1].FalsePositive {
		t.Errorf("the rates do not rise: %+v", c.Points)
	}
}

func TestEvaluate_takes_one_of_model_faces_and_people(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	t.Chdir(t.TempDir())
	place(t, "vacía/x/nota.txt", []byte("no soy una foto"))
	const one = "animo: --model: exactly one of --model, --faces and --people is needed"
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{nil, exitUsage, one},
		{[]string{"a.csv"}, exitUsage, one},
		{[]string{"--model", "m", "--faces", "f", "a.csv"}, exitUsage, one},
		{[]string{"--model", "m"}, exitUsage, "animo: name a file of labelled opinions"},
		{[]string{"--people", "p", "a.csv"}, exitUsage, "animo: files go with --model only; name one folder"},
		{[]string{"--people", "p", "--crop", "whole"}, exitUsage, "animo: --crop: it goes with --faces only"},
		{[]string{"--faces", "nada"}, exitFailure, "animo: --faces: there is no folder nada"},
		{[]string{"--people", "vacía"}, exitUsage, "animo: --people: vacía holds no folders with pictures that can be used"},
	} {
		check(t, append([]string{"evaluate"}, c.args...), c.code, "", c.want)
	}
}
