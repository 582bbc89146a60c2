//go:build unix

package rekognition_test

import (
	"bytes"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
	"golang.org/x/sync/errgroup"

	"animo/internal/rekognition"
	"animo/samples"
	"animo/vision"
)

// BenchmarkDetectFaces measures DetectFaces of a sample photo over HTTP, signed and asked by AWS's client, beside the
// same work without any of that: decode and analyse. Each is done four at a time, so that all cores are busy, and both in
// turn, so that what else the machine does meets both. The other does one at a time, by the time that the cores
// worked, the client's included.
func BenchmarkDetectFaces(b *testing.B) {
	all, err := samples.Photos()
	if err != nil {
		b.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	photo := all[0].JPEG
	engine, err := vision.New(vision.Options{Workers: 1})
	if err != nil {
		b.Fatal(err)
	}
	s := serve(b, func(o *rekognition.Options) { o.Engine = engine })
	c := client(s.url, s.accessKey("sol"))
	alone := func() error {
		img, err := vision.Decode(b.Context(), bytes.NewReader(photo), vision.Limits{})
		if err == nil {
			_, err = engine.Analyze(b.Context(), img)
		}
		return err
	}
	asked := func() error {
		_, err := c.DetectFaces(b.Context(), &sdk.DetectFacesInput{Image: &types.Image{Bytes: photo}, Attributes: []types.Attribute{types.AttributeAll}})
		return err
	}
	b.Run("four-at-once", func(b *testing.B) {
		const atOnce = 4
		var took [2]time.Duration
		for b.Loop() {
			for i, do := range []func() error{alone, asked} {
				var all errgroup.Group
				start := time.Now()
				for range atOnce {
					all.Go(do)
				}
				if err := all.Wait(); err != nil {
					b.Fatal(err)
				}
				took[i] += time.Since(start)
			}
		}
		done := float64(atOnce * b.N)
		b.ReportMetric(done/took[0].Seconds(), "vision-photos/s")
		b.ReportMetric(done/took[1].Seconds(), "http-photos/s")
		b.ReportMetric(float64(took[0])/float64(took[1]), "http/vision")
	})
	b.Run("one-at-once", func(b *testing.B) {
		var work [2]time.Duration
		for b.Loop() {
			for i, do := range []func() error{alone, asked} {
				before := coreTime(b)
				if err := do(); err != nil {
					b.Fatal(err)
				}
				work[i] += coreTime(b) - before
			}
		}
		b.ReportMetric(float64(work[0].Microseconds())/1000/float64(b.N), "vision-core-ms/photo")
		b.ReportMetric(float64(work[1].Microseconds())/1000/float64(b.N), "http-core-ms/photo")
		b.ReportMetric(float64(work[0])/float64(work[1]), "vision/http")
	})
}

// coreTime is how long all cores together have worked for this process.
func coreTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRequest measures a request without its analysis: signature, JSON, decoding of a small picture, answer.
func BenchmarkRequest(b *testing.B) {
	s := serve(b)
	c := client(s.url, s.accessKey("sol"))
	img := draw(drawn{1, 1, 60, 1})
	for b.Loop() {
		if _, err := c.DetectFaces(b.Context(), &sdk.DetectFacesInput{Image: img}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSearchFaces measures a search in a collection of 10,000 faces in memory.
func BenchmarkSearchFaces(b *testing.B) {
	s := serve(b)
	c, ctx := s.client(), b.Context()
	if _, err := c.CreateCollection(ctx, &sdk.CreateCollectionInput{CollectionId: aws.String("crowd")}); err != nil {
		b.Fatal(err)
	}
	var id *string
	for i := range 100 {
		var faces []drawn
		for j := range 100 {
			faces = append(faces, drawn{1, 1, 60, (i + j) % 250})
		}
		name := string(rune('a'+i%26)) + string(rune('a'+i/26))
		out, err := c.IndexFaces(ctx, &sdk.IndexFacesInput{CollectionId: aws.String("crowd"), ExternalImageId: &name, Image: draw(faces...)})
		if err != nil {
			b.Fatal(err)
		}
		id = out.FaceRecords[0].Face.FaceId
	}
	for b.Loop() {
		if _, err := c.SearchFaces(ctx, &sdk.SearchFacesInput{CollectionId: aws.String("crowd"), FaceId: id, FaceMatchThreshold: aws.Float32(100), MaxFaces: aws.Int32(1)}); err != nil {
			b.Fatal(err)
		}
	}
}
