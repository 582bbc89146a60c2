package main

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/jpeg"
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
)

// most is how much memory the whole server may take, in KiB, for any one picture that it accepts (docs/operating.md).
const most = 400 << 10

// TestMemory_of_the_largest_pictures sends the program the largest pictures that it takes, one after the other, and
// looks at the most memory that it ever had.
func TestMemory_of_the_largest_pictures(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED: -short")
	}
	p := startProcess(t, buildProgram(t), t.TempDir(), "--log-level", "error")
	defer p.kill(t)
	for i, file := range [][]byte{deepPNG(7000, 7000), grayJPEG(t, 14000, 14000)} {
		name := fmt.Sprintf("large-%d", i)
		if status, err := p.try(http.MethodPut, "/v1/photos/"+name, "", bytes.NewReader(file), nil); err != nil || status != http.StatusAccepted {
			t.Fatalf("%s: %d, %v", name, status, err)
		}
		p.drain(t)
		if at := p.mostMemory(t); at > most {
			t.Errorf("after %s the server had %d MiB; at most %d are promised", name, at>>10, most>>10)
		} else {
			t.Logf("%s: %d MiB at most", name, at>>10)
		}
	}
}

// mostMemory is the most memory that the process had resident, in KiB.
func (p *process) mostMemory(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	n, err := strconv.Atoi(strings.Fields(rest)[0])
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// deepPNG is a PNG of 16 bits and four samples a pixel, all of them 0.
func deepPNG(w, rows int) []byte {
	file := []byte("\x89PNG\r\n\x1a\n")
	chunk := func(name string, content []byte) {
		file = binary.BigEndian.AppendUint32(file, uint32(len(content)))
		from := len(file)
		file = append(append(file, name...), content...)
		file = binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[from:]))
	}
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	row := make([]byte, 1+8*w)
	for range rows {
		_, _ = z.Write(row)
	}
	_ = z.Close()
	size := binary.BigEndian.AppendUint32(nil, uint32(w))
	chunk("IHDR", append(binary.BigEndian.AppendUint32(size, uint32(rows)), 16, 6, 0, 0, 0))
	chunk("IDAT", pixels.Bytes())
	chunk("IEND", nil)
	return file
}

func grayJPEG(t *testing.T, w, h int) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := jpeg.Encode(&file, image.NewGray(image.Rect(0, 0, w, h)), nil); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}
