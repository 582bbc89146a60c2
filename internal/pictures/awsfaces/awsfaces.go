// Package awsfaces finds the faces in photos by asking Amazon Rekognition, in place of the networks of package vision.
// Every photo is sent to Amazon then: DetectFaces tells of the faces and RecognizeCelebrities names those whom
// Amazon knows. Credentials and region are found where Amazon's own tools find them: in the environment, in
// ~/.aws, or in the role of the machine. They need the permissions rekognition:DetectFaces and
// rekognition:RecognizeCelebrities.
package awsfaces

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/rekognition"
	"github.com/aws/aws-sdk-go-v2/service/rekognition/types"
	"golang.org/x/sync/errgroup"

	"animo"
	"animo/internal/loop"
	"animo/internal/pictures"
	"animo/vision"
)

// Options tune an Engine. The zero value works.
type Options struct {
	Region   string // empty: as Amazon's own tools find it
	Endpoint string // the service's URL; empty: as Amazon's own tools find it
	MaxFaces int    // of a photo, the most prominent; 0: as many as Amazon tells of, which is 100
}

// Engine is a pictures.Engine.
type Engine struct {
	// The two operations, as functions: a field of the client's type would make the linker keep all of its other
	// seventy, too, in a program that looks up methods by name.
	detect    func(ctx context.Context, picture []byte) ([]types.FaceDetail, error)
	recognise func(ctx context.Context, picture []byte) ([]types.Celebrity, error)

	credentials aws.CredentialsProvider
	maxFaces    int
	pacer       pacer
}

var _ pictures.Engine = (*Engine)(nil)

// The calls that the SDK itself repeats while the service is busy: three times, after 100, 200 and 400 ms. A
// worker waits that long; for what takes longer, the photo does.
const (
	attempts  = 4
	firstWait = 100 * time.Millisecond
)

// findTime is how long looking for credentials may take at the start. A machine's role is asked for over the
// network, which answers at once where there is one.
const findTime = 10 * time.Second

// New makes an Engine. It answers Invalid where no region is set, or where no credentials can be found. It does
// not ask Rekognition: that the credentials are wrong shows at the first photo.
func New(ctx context.Context, o Options) (*Engine, error) {
	var load []func(*config.LoadOptions) error
	if o.Region != "" {
		load = append(load, config.WithRegion(o.Region))
	}
	c, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, animo.Errorf(animo.Invalid, "the settings of AWS cannot be read; see to ~/.aws/config and the variables AWS_…",
			"no se pueden leer los ajustes de AWS; revise ~/.aws/config y las variables AWS_…").Of("faces").Because(err)
	}
	if c.Region == "" {
		return nil, animo.Errorf(animo.Invalid, "rekognition needs an AWS region; set AWS_REGION, for example to eu-west-1, or the region of the profile in ~/.aws/config",
			"rekognition necesita una región de AWS; defina AWS_REGION, por ejemplo eu-west-1, o la región del perfil en ~/.aws/config").Of("faces")
	}
	findCtx, cancel := context.WithTimeout(ctx, findTime)
	defer cancel()
	if _, err := c.Credentials.Retrieve(findCtx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, animo.Errorf(animo.Invalid,
			"rekognition needs AWS credentials, and there are none; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role, with the permissions rekognition:DetectFaces and rekognition:RecognizeCelebrities",
			"rekognition necesita credenciales de AWS y no hay ninguna; defina AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY, AWS_PROFILE o el rol de la máquina, con los permisos rekognition:DetectFaces y rekognition:RecognizeCelebrities").Of("faces").Because(err)
	}
	client := rekognition.NewFromConfig(c, func(r *rekognition.Options) {
		if o.Endpoint != "" {
			r.BaseEndpoint = aws.String(o.Endpoint)
		}
		r.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
			s.MaxAttempts = attempts
			s.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
				return firstWait << min(max(attempt-1, 0), attempts), nil
			})
			s.RateLimiter = ratelimit.None // the pacer is ours
		})
	})
	return &Engine{detect: detecting(client), recognise: recognising(client), credentials: c.Credentials, maxFaces: o.MaxFaces, pacer: pacer{now: time.Now}}, nil
}

// detecting returns DetectFaces with all attributes.
func detecting(client *rekognition.Client) func(context.Context, []byte) ([]types.FaceDetail, error) {
	return func(ctx context.Context, picture []byte) ([]types.FaceDetail, error) {
		out, err := client.DetectFaces(ctx, &rekognition.DetectFacesInput{
			Image: &types.Image{Bytes: picture}, Attributes: []types.Attribute{types.AttributeAll},
		})
		if err != nil {
			return nil, err
		}
		return out.FaceDetails, nil
	}
}

// recognising returns RecognizeCelebrities.
func recognising(client *rekognition.Client) func(context.Context, []byte) ([]types.Celebrity, error) {
	return func(ctx context.Context, picture []byte) ([]types.Celebrity, error) {
		out, err := client.RecognizeCelebrities(ctx, &rekognition.RecognizeCelebritiesInput{Image: &types.Image{Bytes: picture}})
		if err != nil {
			return nil, err
		}
		return out.CelebrityFaces, nil
	}
}

// Find implements pictures.Engine. While Amazon asks to wait it answers an animo.Deferred: for the photo that is refused,
// and without asking for those that come before the pause is over. Descriptors are nil: Amazon keeps them to
// itself.
func (e *Engine) Find(ctx context.Context, _ string, img vision.Image) ([]pictures.Found, error) {
	if pause := e.pacer.left(); pause > 0 {
		return nil, animo.Deferred{Pause: pause, Err: errBusy}
	}
	picture, seen, err := encode(img)
	if err != nil {
		return nil, err
	}
	if _, err := e.credentials.Retrieve(ctx); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, noCredentials(err)
	}
	var details []types.FaceDetail
	var known []types.Celebrity
	calls, callsCtx := errgroup.WithContext(ctx)
	calls.Go(func() error {
		return loop.Recovered(func() (err error) {
			details, err = e.detect(callsCtx, picture)
			return err
		})
	})
	calls.Go(func() error {
		return loop.Recovered(func() (err error) {
			known, err = e.recognise(callsCtx, picture)
			return err
		})
	})
	if err := calls.Wait(); err != nil {
		switch {
		case loop.Panicked(err):
			return nil, err
		case ctx.Err() != nil:
			return nil, ctx.Err()
		}
		return nil, e.judge(err)
	}
	e.pacer.reset()
	return facesOf(details, known, seen, e.maxFaces), nil
}

// errBusy is why a photo waits that Amazon was not asked about.
var errBusy = errors.New("the service asked to wait a moment ago")

// The pauses that photos make while Amazon asks to wait.
const (
	shortPause = time.Second
	longPause  = time.Minute
)

// pacer says how long to wait for a service that has too much to do: twice as long each time, until it answers.
type pacer struct {
	now func() time.Time // monotonic

	mu    sync.Mutex
	pause time.Duration // the last one; 0 when the service answered since
	since time.Time     // when it was first said
}

// next returns the pause after a call that was refused. Photos that are refused side by side are one refusal.
// That they do not come back together is up to the bus, which varies its pauses.
func (p *pacer) next() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now := p.now(); p.pause == 0 || now.Sub(p.since) >= p.pause {
		p.pause = min(max(2*p.pause, shortPause), longPause)
		p.since = now
	}
	return p.pause
}

// left is how much of the pause is left.
func (p *pacer) left() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pause == 0 {
		return 0
	}
	return p.since.Add(p.pause).Sub(p.now())
}

// reset says that the service answered.
func (p *pacer) reset() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pause = 0
}
