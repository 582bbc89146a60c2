//go:build !unix

package app

// takeOwner gives no name: without locks that the system lets go of, what a dead process had begun is taken
// up when its lease ends.
func takeOwner(string) (name string, release func() error, err error) {
	return "", func() error { return nil }, nil
}
