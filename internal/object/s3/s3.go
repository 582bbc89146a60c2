// Package s3 keeps objects in a bucket of Amazon S3, or of another server that speaks its API. Begin at Open.
package s3

import (
	"context"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	api "github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"animo"
	"animo/internal/awsclient"
	"animo/internal/object"
)

// A store keeps each object under the key PREFIX TENANT/NAME of one bucket.
type store struct {
	sdk       *api.Client
	transport *http.Transport // of sdk
	where     string          // whom it asks, for people
	bucket    string
	prefix    string // of all keys; empty, or it ends with /
	part      int64  // bytes; larger objects are sent in parts
	closed    atomic.Bool
}

var (
	_ object.Store  = (*store)(nil)
	_ object.Lister = (*store)(nil)
)

const (
	mostParts   = 10_000 // that S3 takes of one object
	listMost    = 1000   // keys that S3 lists in one answer, and deletes in one call
	abortTime   = 10 * time.Second
	abandoned   = 24 * time.Hour // how old an upload in parts is that a crash left; younger ones may be another process's
	sumMismatch = "checksum did not match"
)

func (s *store) key(tenant, name string) *string { return aws.String(s.prefix + tenant + "/" + name) }

// Put implements object.Store.
func (s *store) Put(ctx context.Context, tenant, name string, r io.ReadSeeker) error {
	if err := object.Check(ctx, &s.closed, tenant, object.CheckName(name)); err != nil {
		return err
	}
	from, err := r.Seek(0, io.SeekCurrent)
	if err != nil {
		return err
	}
	end, err := r.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	sending, cancel := context.WithCancel(ctx)
	defer cancel()
	src := &source{ctx: ctx, end: cancel, r: r}
	if size := end - from; size <= s.part {
		err = s.putWhole(sending, s.key(tenant, name), src.section(from, size))
	} else {
		err = s.putParts(sending, s.key(tenant, name), src, from, size)
	}
	if err != nil && src.err != nil {
		return src.err
	}
	return s.failed(ctx, err, name)
}

func (s *store) putWhole(ctx context.Context, key *string, body *section) error {
	_, err := s.sdk.PutObject(ctx, &api.PutObjectInput{Bucket: &s.bucket, Key: key, Body: body, ContentLength: &body.size})
	return err
}

// putParts sends an object in parts, one after the other, each of which S3 checks against its sum. The object is there when S3 is
// told that all parts are.
func (s *store) putParts(ctx context.Context, key *string, src *source, from, size int64) (err error) {
	upload, err := s.sdk.CreateMultipartUpload(ctx, &api.CreateMultipartUploadInput{Bucket: &s.bucket, Key: key, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32})
	if err != nil {
		return err
	}
	defer func() {
		if err == nil {
			return
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), abortTime)
		defer cancel()
		_, abortErr := s.sdk.AbortMultipartUpload(ctx, &api.AbortMultipartUploadInput{Bucket: &s.bucket, Key: key, UploadId: upload.UploadId})
		err = errors.Join(err, abortErr)
	}()
	each := max(s.part, (size+mostParts-1)/mostParts)
	var parts []types.CompletedPart
	for at := int64(0); at < size; at += each {
		n, body := aws.Int32(int32(len(parts)+1)), src.section(from+at, min(each, size-at))
		sent, err := s.sdk.UploadPart(ctx, &api.UploadPartInput{
			Bucket: &s.bucket, Key: key, UploadId: upload.UploadId, PartNumber: n, Body: body, ContentLength: &body.size, ChecksumAlgorithm: types.ChecksumAlgorithmCrc32,
		})
		if err != nil {
			return err
		}
		parts = append(parts, types.CompletedPart{PartNumber: n, ETag: sent.ETag, ChecksumCRC32: sent.ChecksumCRC32})
	}
	_, err = s.sdk.CompleteMultipartUpload(ctx, &api.CompleteMultipartUploadInput{
		Bucket: &s.bucket, Key: key, UploadId: upload.UploadId, MultipartUpload: &types.CompletedMultipartUpload{Parts: parts},
	})
	return err
}

// Get implements object.Store.
func (s *store) Get(ctx context.Context, tenant, name string, part object.Range) (io.ReadCloser, object.Info, error) {
	if err := object.Check(ctx, &s.closed, tenant, object.CheckName(name), part.Check()); err != nil {
		return nil, object.Info{}, err
	}
	in := &api.GetObjectInput{Bucket: &s.bucket, Key: s.key(tenant, name), Range: header(part)}
	got, err := s.sdk.GetObject(ctx, in)
	for awsclient.CodeOf(err) == "InvalidRange" { // it begins at the object's end or after it
		info, statErr := s.Stat(ctx, tenant, name)
		if statErr != nil || part.Offset >= info.Size {
			return io.NopCloser(strings.NewReader("")), info, statErr
		}
		got, err = s.sdk.GetObject(ctx, in) // which was replaced meanwhile by a longer one
	}
	if err != nil {
		return nil, object.Info{}, s.failed(ctx, err, name)
	}
	info := object.Info{Size: aws.ToInt64(got.ContentLength), Modified: aws.ToTime(got.LastModified)}
	body := &reading{ReadCloser: got.Body, failed: func(err error) error { return s.failed(ctx, err, name) }}
	if part == (object.Range{}) {
		return body, info, nil
	}
	if size, ok := sizeIn(aws.ToString(got.ContentRange)); ok {
		info.Size = size
		return body, info, nil
	}
	if part.Offset >= info.Size { // the whole of it, which may be the answer where the range has nothing
		return io.NopCloser(strings.NewReader("")), info, body.Close()
	}
	return nil, object.Info{}, errors.Join(animo.Errorf(animo.Unsupported, "the object store gives whole objects where ranges are asked for; use another", "el almacén de objetos da objetos enteros donde se piden rangos; use otro"), body.Close())
}

// Stat implements object.Store.
func (s *store) Stat(ctx context.Context, tenant, name string) (object.Info, error) {
	if err := object.Check(ctx, &s.closed, tenant, object.CheckName(name)); err != nil {
		return object.Info{}, err
	}
	got, err := s.sdk.HeadObject(ctx, &api.HeadObjectInput{Bucket: &s.bucket, Key: s.key(tenant, name)})
	if err != nil {
		return object.Info{}, s.failed(ctx, err, name)
	}
	return object.Info{Size: aws.ToInt64(got.ContentLength), Modified: aws.ToTime(got.LastModified)}, nil
}

// Delete implements object.Store. It takes one call to list and one to delete for each thousand objects.
func (s *store) Delete(ctx context.Context, tenant, prefix string) (removed int, err error) {
	if err := object.Check(ctx, &s.closed, tenant, object.CheckPrefix(prefix)); err != nil {
		return 0, err
	}
	for page, err := range s.pages(ctx, *s.key(tenant, prefix), listMost) {
		if err != nil {
			return removed, s.failed(ctx, err, "")
		}
		if len(page) == 0 {
			continue
		}
		keys := make([]types.ObjectIdentifier, len(page))
		for i, o := range page {
			keys[i].Key = o.Key
		}
		done, err := s.sdk.DeleteObjects(ctx, &api.DeleteObjectsInput{Bucket: &s.bucket, Delete: &types.Delete{Objects: keys, Quiet: aws.Bool(true)}})
		if err != nil {
			return removed, s.failed(ctx, err, "")
		}
		removed += len(keys) - len(done.Errors)
		for _, e := range done.Errors {
			return removed, s.failed(ctx, &keptError{aws.ToString(e.Code), aws.ToString(e.Message)}, "")
		}
	}
	return removed, nil
}

// pages yields the objects whose keys begin with a prefix, at most n in a page.
func (s *store) pages(ctx context.Context, prefix string, n int32) iter.Seq2[[]types.Object, error] {
	return func(yield func([]types.Object, error) bool) {
		in := &api.ListObjectsV2Input{Bucket: &s.bucket, Prefix: &prefix, MaxKeys: &n}
		for {
			page, err := s.sdk.ListObjectsV2(ctx, in)
			if err != nil {
				yield(nil, err)
				return
			}
			if !yield(page.Contents, nil) || !aws.ToBool(page.IsTruncated) {
				return
			}
			in.ContinuationToken = page.NextContinuationToken
		}
	}
}

// List implements object.Lister.
func (s *store) List(ctx context.Context) iter.Seq2[object.Listed, error] {
	return func(yield func(object.Listed, error) bool) {
		for page, err := range s.pages(ctx, s.prefix, listMost) {
			if err != nil {
				yield(object.Listed{}, s.failed(ctx, err, ""))
				return
			}
			for _, o := range page {
				tenant, name, _ := strings.Cut(strings.TrimPrefix(aws.ToString(o.Key), s.prefix), "/")
				if object.CheckTenant(tenant) != nil || object.CheckName(name) != nil {
					continue // somebody else's
				}
				if !yield(object.Listed{Tenant: tenant, Name: name, Info: object.Info{Size: aws.ToInt64(o.Size), Modified: aws.ToTime(o.LastModified)}}, nil) {
					return
				}
			}
		}
	}
}

// Remove implements object.Lister.
func (s *store) Remove(ctx context.Context, tenant, name string) error {
	if err := object.Check(ctx, &s.closed, tenant, object.CheckName(name)); err != nil {
		return err
	}
	_, err := s.sdk.DeleteObject(ctx, &api.DeleteObjectInput{Bucket: &s.bucket, Key: s.key(tenant, name)})
	return s.failed(ctx, err, "")
}

// sweep ends the uploads in parts that a crash left, whose parts nothing lists and S3 keeps.
func (s *store) sweep(ctx context.Context, now time.Time) error {
	in := &api.ListMultipartUploadsInput{Bucket: &s.bucket, Prefix: &s.prefix}
	for {
		page, err := s.sdk.ListMultipartUploads(ctx, in)
		if err != nil {
			return err
		}
		for _, u := range page.Uploads {
			if now.Sub(aws.ToTime(u.Initiated)) < abandoned {
				continue
			}
			if _, err := s.sdk.AbortMultipartUpload(ctx, &api.AbortMultipartUploadInput{Bucket: &s.bucket, Key: u.Key, UploadId: u.UploadId}); err != nil && awsclient.CodeOf(err) != "NoSuchUpload" {
				return err
			}
		}
		if !aws.ToBool(page.IsTruncated) {
			return nil
		}
		in.KeyMarker, in.UploadIdMarker = page.NextKeyMarker, page.NextUploadIdMarker
	}
}

// Close implements object.Store. Objects that are open stay readable.
func (s *store) Close() error {
	if !s.closed.Swap(true) {
		s.transport.CloseIdleConnections()
	}
	return nil
}
