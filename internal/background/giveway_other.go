//go:build !linux

package background

// giveWay does nothing: elsewhere the priority of a thread alone cannot be lowered, or not without cgo.
func giveWay() {}
