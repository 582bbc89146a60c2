// Package net holds the networks that look at faces: two detectors, landmarks, expressions, age and gender,
// and the descriptor. Each takes pixels and gives its raw outputs; what they mean for a picture is the
// business of package vision. A network is read-only once it is loaded; what it computes lies in a
// Workspace, of which every caller brings its own.
package net
