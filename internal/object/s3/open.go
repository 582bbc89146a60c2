package s3

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/ratelimit"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/object"
)

const (
	attempts   = 4                      // of a call, while S3 is busy or cannot be reached; what takes longer, whoever calls does again
	firstWait  = 100 * time.Millisecond // before the second one; twice as long each time
	answerTime = time.Minute            // from the end of a request to the beginning of its answer

	partDefault, partLeast, partMost = 64 << 20, 5 << 20, 5 << 30 // bytes; S3 takes no less and no more
)

// folders are the answers of servers whose objects are files, where a folder was removed in the moment in which a file was to be put into it.
var folders = retry.RetryableErrorCode{Codes: map[string]struct{}{parentIsFile: {}, isFolder: {}}}

// address is what a URL says.
type address struct {
	bucket, prefix, endpoint, region string
	part                             int64
}

// Open opens the store at s3://BUCKET[/PREFIX][?endpoint=URL&region=NAME&part-size=BYTES]. With an endpoint, the bucket is a part of
// the path. Credentials are found where Amazon's own tools find them: in the environment, in ~/.aws, or in the role of the machine.
//
// It answers Invalid for an address that it cannot read, and where there is no region or there are no credentials; NotFound for
// no such bucket; Forbidden where the credentials may not use it; Conflict for a bucket that keeps earlier versions of objects, in which nothing
// could be erased; and Machine where nobody answers. now tells how old an upload is that a crash left; nil means time.Now.
func Open(ctx context.Context, url string, now func() time.Time) (object.Store, error) {
	a, err := parse(url)
	if err != nil {
		return nil, err
	}
	if now == nil {
		now = time.Now
	}
	sdk, transport, err := a.sdk(ctx)
	if err != nil {
		return nil, err
	}
	s := &store{sdk: sdk, transport: transport, where: cmp.Or(a.endpoint, "Amazon S3, "+sdk.Options().Region), bucket: a.bucket, prefix: a.prefix, part: a.part}
	if err := s.examine(ctx, now()); err != nil {
		transport.CloseIdleConnections()
		return nil, err
	}
	return s, nil
}

// examine looks whether the bucket is there and can be used.
func (s *store) examine(ctx context.Context, now time.Time) error {
	for _, err := range s.pages(ctx, s.prefix, 1) {
		if err != nil {
			return s.judge(ctx, err)
		}
		break
	}
	v, err := s.sdk.GetBucketVersioning(ctx, &api.GetBucketVersioningInput{Bucket: &s.bucket})
	switch {
	case awsclient.CodeOf(err) == "NotImplemented": // nor are there versions
	case err != nil:
		return s.judge(ctx, err)
	case v.Status == types.BucketVersioningStatusEnabled:
		return animo.Errorf(animo.Conflict, "the bucket %s keeps earlier versions of objects, so that nothing in it could be erased; turn its versioning off, and remove the old versions, or name another bucket",
			"el depósito %s conserva versiones anteriores de los objetos, así que nada en él podría borrarse; desactive su control de versiones y elimine las antiguas, o indique otro depósito", s.bucket).Of("objects")
	}
	if err := s.sweep(ctx, now); err != nil && awsclient.CodeOf(err) != "NotImplemented" {
		return s.judge(ctx, err)
	}
	return nil
}

func parse(text string) (a address, err error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "s3" || u.Host == "" || u.User != nil || u.Fragment != "" { // which may have a secret in it, so it is not repeated
		return a, invalid("use s3://BUCKET/PREFIX?endpoint=URL&region=NAME; credentials do not belong into it, but into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, AWS_PROFILE or the machine's role",
			"use s3://DEPÓSITO/PREFIJO?endpoint=URL&region=NOMBRE; las credenciales no van ahí, sino en AWS_ACCESS_KEY_ID y AWS_SECRET_ACCESS_KEY, AWS_PROFILE o el rol de la máquina")
	}
	a = address{bucket: u.Host, part: partDefault}
	if prefix := strings.Trim(u.Path, "/"); prefix != "" {
		if err := object.CheckName(prefix); err != nil {
			return a, err
		}
		a.prefix = prefix + "/"
	}
	query, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return a, invalid("what follows ? cannot be read", "lo que sigue a ? no se puede leer")
	}
	for name := range query {
		value := query.Get(name)
		switch name {
		case "endpoint":
			e, err := url.Parse(value)
			if err != nil || e.Scheme != "http" && e.Scheme != "https" || e.Host == "" || e.User != nil {
				return a, invalid("the endpoint is a URL like https://s3.example.com", "el endpoint es una URL como https://s3.example.com")
			}
			a.endpoint = value
		case "region":
			a.region = value
		case "part-size":
			if a.part, err = strconv.ParseInt(value, 10, 64); err != nil || a.part < partLeast || a.part > partMost {
				return a, invalid("part-size is a number of bytes from %d to %d, not %q", "part-size es un número de bytes entre %d y %d, no %q", partLeast, partMost, value)
			}
		default:
			return a, invalid("there is no %q; use endpoint, region and part-size", "no existe %q; use endpoint, region y part-size", name)
		}
	}
	return a, nil
}

func invalid(en, es string, args ...any) error {
	return animo.Errorf(animo.Invalid, "the setting objects: "+en, "el ajuste objects: "+es, args...).Of("objects")
}

// sdk makes the SDK's client. It asks nobody but who has the credentials.
func (a address) sdk(ctx context.Context) (*api.Client, *http.Transport, error) {
	c, transport, err := awsclient.At("objects", a.endpoint, a.region).Config(ctx)
	if err != nil {
		return nil, nil, err
	}
	transport.ResponseHeaderTimeout = answerTime
	return api.NewFromConfig(c, func(o *api.Options) {
		o.UsePathStyle = a.endpoint != ""
		o.DisableLogOutputChecksumValidationSkipped = true // of what was sent in parts there is none to compare
		o.Retryer = retry.NewStandard(func(r *retry.StandardOptions) {
			r.MaxAttempts, r.RateLimiter = attempts, ratelimit.None
			r.Backoff = retry.BackoffDelayerFunc(func(attempt int, _ error) (time.Duration, error) {
				return firstWait << min(max(attempt-1, 0), attempts), nil
			})
			r.Retryables = append(r.Retryables, folders, retry.RetryableHTTPStatusCode{Codes: map[int]struct{}{http.StatusTooManyRequests: {}}})
		})
	}), transport, nil
}
