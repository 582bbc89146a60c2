//go:build linux

package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"math/rand/v2"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"animo"
	"animo/internal/sharedtest"
)

// TestFaults_disk_below_its_limit fills the disk until less than min-free is left, with photos waiting.
func TestFaults_disk_below_its_limit(t *testing.T) {
	photos := samplePhotos(t)
	data := t.TempDir()
	var disk unix.Statfs_t
	if err := unix.Statfs(data, &disk); err != nil {
		t.Fatal(err)
	}
	const slack = 1 << 30 // so that what others write to this disk meanwhile makes no difference
	free := int64(disk.Bavail) * disk.Bsize
	if free < 3*slack {
		t.Skipf("SKIPPED, NOT TESTED: this takes a disk with %d GiB free, and it has %d MiB", 3*slack>>30, free>>20)
	}
	p := startProcess(t, buildProgram(t), data, "--detector", "tiny", "--min-free", strconv.FormatInt(free-slack, 10))
	defer p.kill(t)
	var ids []string
	for i, photo := range photos {
		ids = append(ids, p.putPhoto(t, fmt.Sprintf("%d.jpg", i), photo.JPEG).ID)
	}

	filler, err := os.Create(filepath.Join(data, "filler"))
	if err != nil {
		t.Fatal(err)
	}
	defer filler.Close()
	if err := unix.Fallocate(int(filler.Fd()), 0, 0, 2*slack); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: this disk cannot set room aside: %v", err)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPut, p.url+"/v1/photos/otra.jpg", neverRead{})
	if err != nil {
		t.Fatal(err)
	}
	req.ContentLength = 1000
	req.Header.Set("Expect", "100-continue")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if b, err := io.ReadAll(res.Body); res.StatusCode != http.StatusInsufficientStorage || res.Header.Get("Retry-After") == "" || !bytes.Contains(b, []byte(`"no_space"`)) {
		t.Errorf("an upload: %d %v %s %v", res.StatusCode, res.Header, b, err)
	}
	for _, id := range ids { // reads go on, and so does what was accepted
		if photo := p.awaitPhoto(t, id); photo.Status != animo.Done {
			t.Errorf("accepted before: %+v", photo)
		}
	}
	if err := os.Remove(filler.Name()); err != nil {
		t.Fatal(err)
	}
	if err := filler.Close(); err != nil {
		t.Fatal(err)
	}
	if photo := p.awaitPhoto(t, p.putPhoto(t, "otra.jpg", photos[0].JPEG).ID); photo.Status != animo.Done {
		t.Errorf("with room again: %+v", photo)
	}
}

// neverRead is a body of which nothing is read, so that an answer comes only without it.
type neverRead struct{}

func (neverRead) Read([]byte) (int, error) { select {} }

// TestFaults_disk_that_is_really_full fills a disk to its last byte while photos wait and are analysed.
func TestFaults_disk_that_is_really_full(t *testing.T) {
	photos := samplePhotos(t)
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=64m"); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a disk that is really full; cannot mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	p := startProcess(t, buildProgram(t), filepath.Join(dir, "data"), "--detector", "tiny", "--sweep-every", "100ms", "--log-level", "error")
	defer p.kill(t)
	// The database's log is written from its beginning again after some 4 MB. From then on rows can be written on a
	// full disk, and files cannot.
	for i, broken := 0, ""; i < 200; i++ {
		broken = p.putPhoto(t, fmt.Sprintf("%d.txt", i), []byte("\xff\xd8\xff\xe0 this is no picture")).ID
		if i%50 == 49 {
			p.awaitPhoto(t, broken)
		}
	}
	p.drain(t)
	var ids []string
	for i := range 6 {
		ids = append(ids, p.putPhoto(t, fmt.Sprintf("%d.jpg", i), photos[i].JPEG).ID)
	}
	filler := filepath.Join(dir, "filler")
	fill(t, filler)
	before := p.attempts(t, "analyse")
	if status, err := p.try(http.MethodPut, "/v1/photos/nueva.jpg", "", bytes.NewReader(photos[0].JPEG), nil); err != nil || status != http.StatusInsufficientStorage {
		t.Errorf("an upload to a full disk: %d, %v", status, err)
	}
	waiting := 0
	for _, photo := range p.photos(t) { // reads go on
		if !photo.Status.Ended() {
			waiting++
		}
	}
	if waiting == 0 {
		t.Fatal("nothing waits: the disk was full too late for this test")
	}
	await(t, func() string { // more than three for each
		if n := p.attempts(t, "analyse") - before; n <= 3*waiting {
			return fmt.Sprintf("%d attempts at %d photos while the disk is full", n, waiting)
		}
		return ""
	})
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, id := range ids {
		if photo := p.awaitPhoto(t, id); photo.Status != animo.Done {
			t.Errorf("accepted before the disk was full: %+v (%+v)", photo.ID, photo.Failure)
		}
	}
}

// attempts tells how many attempts of a function have ended, however that was.
func (p *process) attempts(t *testing.T, function string) (n int) {
	t.Helper()
	res, err := http.Get(p.url + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	for lines.Scan() {
		if rest, ok := strings.CutPrefix(lines.Text(), `animo_function_seconds_count{function="`+function+`",`); ok {
			_, count, _ := strings.Cut(rest, "} ")
			k, err := strconv.Atoi(count)
			if err != nil {
				t.Fatal(err)
			}
			n += k
		}
	}
	return n
}

// fill writes a file until the disk has no byte left.
func fill(t *testing.T, name string) {
	t.Helper()
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for _, piece := range [][]byte{make([]byte, 1<<20), make([]byte, 4096), {0}} {
		for err = nil; err == nil; {
			_, err = file.Write(piece)
		}
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatal(err)
		}
	}
}

// TestFaults_odd_pictures sends every file of the collection of bombs, damaged and strange pictures, in forms with
// good photos between them. Each ends as done or failed for a reason that says what is wrong with it, the good
// ones are done, and the program takes no more memory than the pixels that it may decode at once need: of eight
// pictures that are as large as may be, sent together, one at a time.
func TestFaults_odd_pictures(t *testing.T) {
	folder := sharedtest.Path(t, "data", "odd")
	good := samplePhotos(t)
	f, err := os.Open(filepath.Join(folder, "manifest.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	const (
		maxPixels = 10_000_000
		side      = 3100   // of a picture that is just within it
		perPixel  = 2 * 30 // bytes: what vision.Limits says of the worst, and as much that is not collected yet
		beside    = 400    // MiB, for the program, its networks and what eight analyses work with
	)
	p := startProcess(t, buildProgram(t), t.TempDir(), "--detector", "tiny", "--analyses", "8", "--max-pixels", strconv.Itoa(maxPixels), "--log-level", "error")
	defer p.kill(t)

	var files []oddFile
	for _, row := range rows[1:] {
		content, err := os.ReadFile(filepath.Join(folder, row[0]))
		if err != nil {
			t.Fatal(err)
		}
		o := oddFile{name: row[0], content: content, readable: row[8] == "ok" && !slices.Contains(refusedOdd, row[0])}
		if orientation, _ := strconv.Atoi(row[6]); o.readable {
			w, h, _ := strings.Cut(row[4], "x")
			o.width, _ = strconv.Atoi(w)
			o.height, _ = strconv.Atoi(h)
			if orientation >= 5 {
				o.width, o.height = o.height, o.width
			}
		}
		files = append(files, o)
	}
	for i, photo := range slices.Concat(good, good) {
		files = append(files, oddFile{fmt.Sprintf("good %d", i), photo.JPEG, true, 0, 0, true})
	}
	rand.New(rand.NewPCG(1, 0)).Shuffle(len(files), func(i, j int) { files[i], files[j] = files[j], files[i] })
	var large bytes.Buffer
	if err := png.Encode(&large, image.NewNRGBA64(image.Rect(0, 0, side, side))); err != nil {
		t.Fatal(err)
	}
	for i := range 8 { // in one form, so that all would be decoded at once
		files = append(files, oddFile{fmt.Sprintf("large %d", i), large.Bytes(), true, side, side, false})
	}

	var ends []animo.Photo
	for batch := range slices.Chunk(files, 15) {
		ids, refused := p.sendForm(t, batch)
		for i, id := range ids {
			if refused := refused[i]; refused != "" {
				ends = append(ends, animo.Photo{Name: batch[i].name, Status: animo.Failed, Failure: &animo.Reason{Code: refused}})
			} else {
				ends = append(ends, animo.Photo{ID: id})
			}
		}
	}
	for i := range ends {
		if ends[i].ID != "" {
			ends[i] = p.awaitPhoto(t, ends[i].ID)
		}
	}
	p.drain(t)
	letters := p.photoLetters(t)
	for i, o := range files {
		o.check(t, ends[i], letters[ends[i].ID])
	}
	used, most := p.memory(t), beside+maxPixels*perPixel>>20
	t.Logf("%d files in all; at most %d MiB in memory at once, %d are allowed", len(files), used, most)
	if used > most {
		t.Errorf("the program took %d MiB, want at most %d", used, most)
	}
}

// oddFile is a picture of the collection, or one beside it, and what must become of it.
type oddFile struct {
	name          string
	content       []byte
	readable      bool
	width, height int // upright, of one that is readable; 0 for any
	faces         bool
}

// refusedOdd are the files of the collection that Pillow, whose verdict the manifest has, reads and Animo does not:
// PNGs without their end, a JPEG whose codes make no sense, a GIF without a palette, and a PGM.
var refusedOdd = []string{"go/invalid-noend.png", "go/invalid-trunc.png", "pillow/hopper_16bit.pgm", "pillow/hopper_bad_exif.jpg", "pillow/no_palette.gif"}

// moreOdd are those that Pillow does not read and Animo may: of JPEGs without their end, as much as there is.
var moreOdd = []string{"pillow/png_decompression_dos.png", "pillow/truncated_exif_dpi.jpg", "pillow/truncated_jpeg.jpg", "synthetic/jpeg_half.jpg"}

func (o oddFile) check(t *testing.T, p animo.Photo, letters []letter) {
	t.Helper()
	switch {
	case p.Status == animo.Done && (o.readable || slices.Contains(moreOdd, o.name)):
		if len(letters) > 0 || o.faces && len(p.Faces) == 0 || o.width > 0 && (p.Width != o.width || p.Height != o.height) {
			t.Errorf("%s: %d × %d with %d faces, and the dead letters %+v", o.name, p.Width, p.Height, len(p.Faces), letters)
		}
	case p.ID == "": // refused at once
		if o.readable || len(o.content) == 0 && p.Failure.Code != animo.EmptyFile || len(o.content) > 0 && p.Failure.Code != animo.UnknownImage {
			t.Errorf("%s is refused at once: %+v", o.name, p.Failure)
		}
	case p.Status == animo.Failed && !o.readable:
		known := []animo.Code{animo.UnknownImage, animo.ImageTooLarge, animo.TruncatedImage, animo.CorruptImage}
		if !slices.Contains(known, p.Failure.Code) || len(letters) != 1 || letters[0].Reason != *p.Failure || letters[0].Attempts != 1 {
			t.Errorf("%s failed: %+v, with the dead letters %+v", o.name, p.Failure, letters)
		}
	default:
		t.Errorf("%s is %s: %+v", o.name, p.Status, p.Failure)
	}
}

// sendForm sends files as one form and returns the id of each, and why one was refused.
func (p *process) sendForm(t *testing.T, files []oddFile) (ids []string, refused []animo.Code) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, o := range files {
		w, err := form.CreateFormFile("file", strings.ReplaceAll(o.name, "/", " "))
		if err == nil {
			_, err = w.Write(o.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	var answer struct {
		Items []struct {
			ID      string
			Problem struct{ Code animo.Code }
		}
	}
	status, err := p.try(http.MethodPost, "/v1/photos", form.FormDataContentType(), &body, &answer)
	if err != nil || status != http.StatusAccepted || len(answer.Items) != len(files) {
		t.Fatalf("a form of %d files: %d with %d items, %v", len(files), status, len(answer.Items), err)
	}
	for _, item := range answer.Items {
		ids, refused = append(ids, item.ID), append(refused, item.Problem.Code)
	}
	return ids, refused
}

// memory tells how many MiB the program has had in memory at most.
func (p *process) memory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		var kB int
		if n, _ := fmt.Sscanf(line, "VmHWM: %d kB", &kB); n == 1 {
			return kB >> 10
		}
	}
	t.Fatalf("no VmHWM in\n%s", status)
	return 0
}

// TestFaults_more_connections_than_files connects more often than the process may open files, while photos are analysed.
func TestFaults_more_connections_than_files(t *testing.T) {
	photos := samplePhotos(t)
	const files, idle = 160, 400
	limited := filepath.Join(t.TempDir(), "limited")
	script := fmt.Sprintf("#!/bin/sh\nulimit -n %d\nexec %s \"$@\"\n", files, buildProgram(t))
	if err := os.WriteFile(limited, []byte(script), 0o700); err != nil {
		t.Fatal(err)
	}
	p := startProcess(t, limited, t.TempDir(), "--detector", "tiny", "--log-level", "error")
	defer p.kill(t)
	connect := func(n int) {
		t.Helper()
		for i := range n {
			conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(p.url, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = conn.Close() })
			if i%2 == 0 { // half of them are served, and stay
				if _, err := io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				if res, err := http.ReadResponse(bufio.NewReader(conn), nil); err != nil || res.StatusCode != http.StatusOK {
					t.Fatalf("connection %d: %v", i, err)
				}
			}
		}
	}
	var ids []string
	for i := range 12 {
		connect(idle / 12)
		http.DefaultClient.CloseIdleConnections() // so that no connection of this test is one that makes room
		ids = append(ids, p.putPhoto(t, fmt.Sprintf("%d.jpg", i), photos[i%len(photos)].JPEG).ID)
	}
	for _, id := range ids {
		http.DefaultClient.CloseIdleConnections()
		if photo := p.awaitPhoto(t, id); photo.Status != animo.Done {
			t.Errorf("%s: %s, %+v", photo.Name, photo.Status, photo.Failure)
		}
	}
}
