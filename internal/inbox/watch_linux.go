package inbox

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path"
	"sync"

	"golang.org/x/sys/unix"
)

// watcher is told by the kernel of files that were closed after they had been written, or were moved into a folder (inotify(7)).
type watcher struct {
	told   chan []string // paths below the inbox, some at once
	events *os.File
	fd     int
	stop   chan struct{}

	mu    sync.Mutex
	paths map[int32]string // of the folders, by their watches
	wds   map[string]int32
}

// newWatcher begins to listen. read must run until close.
func newWatcher() (*watcher, error) {
	fd, err := unix.InotifyInit1(unix.IN_CLOEXEC | unix.IN_NONBLOCK)
	if err != nil {
		return nil, os.NewSyscallError("inotify_init1", err)
	}
	return &watcher{told: make(chan []string), events: os.NewFile(uintptr(fd), "inotify"), fd: fd, stop: make(chan struct{}), paths: map[int32]string{}, wds: map[string]int32{}}, nil
}

// watch asks the kernel to tell of the files of an open folder, whose path below the inbox is name. A folder that has taken the
// place of another is watched instead of it. The kernel gets the folder's descriptor, so that no link on the way leads elsewhere.
func (w *watcher) watch(dir *os.File, name string) error {
	wd, err := unix.InotifyAddWatch(w.fd, fmt.Sprintf("/proc/self/fd/%d", dir.Fd()), unix.IN_CLOSE_WRITE|unix.IN_MOVED_TO|unix.IN_ONLYDIR)
	if err != nil {
		return os.NewSyscallError("inotify_add_watch", err)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if old, ok := w.wds[name]; ok && old != int32(wd) {
		_, _ = unix.InotifyRmWatch(w.fd, uint32(old)) // it may have ended with its folder
		delete(w.paths, old)
	}
	if before, ok := w.paths[int32(wd)]; ok && before != name {
		delete(w.wds, before) // it was renamed
	}
	w.paths[int32(wd)], w.wds[name] = name, int32(wd)
	return nil
}

// read hands on what the kernel tells, until close. What the kernel drops because there is too much, the looks find.
func (w *watcher) read() {
	buf := make([]byte, 64<<10)
	for {
		n, err := w.events.Read(buf)
		if err != nil {
			return
		}
		files := w.files(buf[:n])
		if len(files) == 0 {
			continue
		}
		select {
		case w.told <- files:
		case <-w.stop:
			return
		}
	}
}

// files reads events: a watch, a mask, a cookie, the length of a name, and the name with zeros behind it.
func (w *watcher) files(events []byte) (files []string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for len(events) >= unix.SizeofInotifyEvent {
		wd, mask := int32(binary.NativeEndian.Uint32(events)), binary.NativeEndian.Uint32(events[4:])
		end := min(unix.SizeofInotifyEvent+int(binary.NativeEndian.Uint32(events[12:])), len(events))
		name, _, _ := bytes.Cut(events[unix.SizeofInotifyEvent:end], []byte{0})
		events = events[end:]
		folder, known := w.paths[wd]
		switch {
		case !known:
		case mask&unix.IN_IGNORED != 0:
			delete(w.paths, wd)
			delete(w.wds, folder)
		case mask&unix.IN_ISDIR == 0 && len(name) > 0:
			files = append(files, path.Join(folder, string(name)))
		}
	}
	return files
}

func (w *watcher) close() {
	close(w.stop)
	_ = w.events.Close()
}
