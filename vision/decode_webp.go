package vision

import "encoding/binary"

// A WebP file is a RIFF container: 12 bytes of header, then chunks of a four-letter name, a length, the
// content, and a zero byte where the length is odd. Animations hold each frame in a chunk ANMF, which begins
// with 16 bytes about the frame (place, size, duration) followed by chunks as in a still picture.
const (
	riffHeader  = 12
	chunkHeader = 8
	frameHeader = 16
)

// webpChunks gives each chunk of a list to yield until that returns false. A chunk that is cut off is given
// as far as it goes.
func webpChunks(list []byte, yield func(name string, content []byte) bool) {
	for len(list) >= chunkHeader {
		name, length := string(list[:4]), uint64(binary.LittleEndian.Uint32(list[4:]))
		list = list[chunkHeader:]
		content := list[:min(length, uint64(len(list)))]
		if !yield(name, content) {
			return
		}
		list = list[min(length+length&1, uint64(len(list))):]
	}
}

// webpChunk finds a chunk of a WebP file.
func webpChunk(data []byte, wanted string) (content []byte, ok bool) {
	if len(data) < riffHeader {
		return nil, false
	}
	webpChunks(data[riffHeader:], func(name string, c []byte) bool {
		if name == wanted {
			content, ok = c, true
		}
		return !ok
	})
	return content, ok
}

// firstWebPFrame makes a still WebP file of the first frame of an animation, because the decoder knows only
// stills. Any other file comes back as it is. The frame's place on its canvas is dropped: first frames fill
// it, and where one does not, the rest would be empty.
func firstWebPFrame(data []byte) []byte {
	frame, ok := webpChunk(data, "ANMF")
	if !ok || len(frame) < frameHeader {
		return data
	}
	still := append([]byte("RIFF\x00\x00\x00\x00WEBP"), "VP8X\x0a\x00\x00\x00"...)
	flags := len(still)
	still = append(still, 0, 0, 0, 0)
	still = append(still, frame[6:12]...) // width and height less one, 24 bits each, as VP8X has them
	webpChunks(frame[frameHeader:], func(name string, content []byte) bool {
		switch name {
		case "ALPH":
			const alpha = 1 << 4
			still[flags] |= alpha
		case "VP8 ", "VP8L":
		default:
			return true
		}
		still = appendChunk(still, name, content)
		return name == "ALPH"
	})
	if exif, ok := webpChunk(data, "EXIF"); ok {
		still = appendChunk(still, "EXIF", exif)
	}
	binary.LittleEndian.PutUint32(still[4:], uint32(len(still)-8))
	return still
}

// appendChunk adds a chunk to a file.
func appendChunk(file []byte, name string, content []byte) []byte {
	file = append(file, name...)
	file = binary.LittleEndian.AppendUint32(file, uint32(len(content)))
	file = append(file, content...)
	if len(content)%2 == 1 {
		file = append(file, 0)
	}
	return file
}

// bytesOfWebP tells what memory decoding a still takes, for each pixel.
func bytesOfWebP(data []byte, _, _ int) (each, more int64) {
	if _, lossless := webpChunk(data, "VP8L"); lossless {
		return losslessBytes, 0
	}
	if _, alpha := webpChunk(data, "ALPH"); alpha {
		return webpBytes + webpAlpha + losslessBytes - rgbBytes, 0 // how opaque the pixels are may be a picture without loss of its own
	}
	return webpBytes, 0
}
