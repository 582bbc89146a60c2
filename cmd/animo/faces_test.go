package main

import (
	"testing"

	"animo"
)

func TestFaces_are_corrected_named_and_counted(t *testing.T) {
	photo := samplePhotos(t)[0].JPEG // three faces; what they show is the network's affair, and no part of this test
	url := serve(t)
	t.Setenv("LC_ALL", "C")
	t.Setenv("ANIMO_URL", url)
	t.Chdir(t.TempDir())
	place(t, "a.jpg", photo)
	check(t, []string{"upload", "a.jpg", "--wait"}, 0, "a.jpg\t…\tdone\t…", "animo: photos sent: 1")
	list := itemsOf[animo.MoodRecord](t, url, "/v1/moods")
	if len(list) != 3 {
		t.Fatal(list)
	}
	id := list[0].PhotoID
	check(t, []string{"faces", "accuracy"}, 0, "faces that are faces  -\nemotions right        -\nmoods right           -\nleft unsure           0\nlearned               nothing yet: it needs 48 faces of which the emotion was said", "")
	check(t, []string{"faces", "correct", id + "-0", "--emotion", "sad"}, 0, id+"-0\tSAD", "")
	check(t, []string{"faces", "correct", id + "-1", "--not-a-face"}, 0, id+"-1\t-", "")
	check(t, []string{"faces", "correct", id + "-2", "--emotion", "happy"}, 0, id+"-2\tHAPPY", "")
	check(t, []string{"faces", "accuracy"}, 0, "faces that are faces  67 % (21–94), of 3\nemotions right        …, of 2\nmoods right           …\nleft unsure           …\nlearned               nothing yet: …\n\nSHOWS \\ FOUND…\nHAPPY…, of 1…\nSAD…, of 1…", "")
	check(t, []string{"upload", "a.jpg", "--wait"}, 0, "a.jpg\t…\tdone\t1 HAPPY, 1 SAD", "animo: photos sent: 1")
	check(t, []string{"faces", "layer", "off"}, 0, "nothing yet: it needs 48 faces of which the emotion was said", "")
	check(t, []string{"faces", "layer", "on"}, 1, "", "animo: nothing that was learned from corrections is better than the network (few)")
	check(t, []string{"faces", "correct", id + "-1", "--undo"}, 0, id+"-1\t…", "")
	check(t, []string{"faces", "name", id + "-0", "--is", "Ana"}, 0, id+"-0\tAna", "")
	check(t, []string{"people", "examples", "Ana"}, 0, id+"-0\t…Z\t"+id+"-0", "")
	check(t, []string{"people", "examples", "Ana", "--remove", "nobody"}, 1, "", `animo: Ana has no example "nobody"`)
	check(t, []string{"people", "examples", "Ana", "--remove", id + "-0"}, 0, "", "")
	check(t, []string{"faces", "name", id + "-0", "--not", "Ana"}, 0, id+"-0\t-", "")
	check(t, []string{"faces", "correct", id + "-9", "--emotion", "sad"}, 1, "", "animo: there is no face …")
	check(t, []string{"faces", "correct", id + "-0", "--emotion", "hungry"}, 1, "", `animo: there is no emotion "HUNGRY"; use one of HAPPY, SAD, ANGRY, CONFUSED, DISGUSTED, SURPRISED, CALM, FEAR`)
	check(t, []string{"faces", "correct", id + "-0"}, 2, "", "animo: --emotion: say one of --emotion, --not-a-face and --undo")
	check(t, []string{"faces", "name", id + "-0"}, 2, "", "animo: --is: say either --is or --not")
}
