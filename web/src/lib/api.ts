import type { components, paths } from '../api.gen'
import { lang } from './lang.svelte'
import { t } from '../texts/shell'

/** A type of the API's description: Schema<'MoodRecord'>. */
export type Schema<K extends keyof components['schemas']> = components['schemas'][K]

/** What went wrong with a request, in the visitor's language: what and what to do about it (detail is the message). */
export class Problem extends Error {
  status: number // of HTTP; 0 when no answer came
  code: string // stable, such as not_found; offline when no answer came
  field?: string
  line?: number

  constructor(status: number, code: string, detail: string, field?: string, line?: number) {
    super(detail)
    this.status = status
    this.code = code
    this.field = field
    this.line = line
  }
}

/** What an error is to be shown as. */
export function messageOf(err: unknown): string {
  return err instanceof Error ? err.message : String(err)
}

/** Whether an error only says that the page itself gave a request up. */
export function aborted(err: unknown): boolean {
  return err instanceof DOMException && err.name === 'AbortError'
}

type Method = 'get' | 'put' | 'post' | 'patch' | 'delete'
type PathsWith<M extends Method> = { [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never }[keyof paths]
type Operation<P extends keyof paths, M extends Method> = paths[P][M]
type Input<O> = { signal?: AbortSignal } & (O extends { parameters: { path: infer P } } ? { path: P } : unknown) &
  (O extends { parameters: { query?: infer Q } } ? { query?: Q } : unknown) &
  (O extends { requestBody: { content: { 'application/json': infer B } } } ? { body: B } : unknown)
type Good<R> = { [S in keyof R]: S extends 200 | 201 | 202 ? R[S] : never }[keyof R]
type Output<O> = O extends { responses: infer R } ? (Good<R> extends { content: { 'application/json': infer B } } ? B : undefined) : never

/**
 * Calls an operation of the API, typed by its description; throws a Problem.
 *
 *   const photo = await api('get', '/v1/photos/{photo}', { path: { photo: id }, query: { wait: 20 } })
 */
export async function api<M extends Method, P extends PathsWith<M>>(method: M, path: P, input: Input<Operation<P, M>>): Promise<Output<Operation<P, M>>> {
  const { path: names, query, body, signal } = input as { path?: Names; query?: Names; body?: unknown; signal?: AbortSignal }
  const headers: Record<string, string> = {}
  if (body !== undefined) headers['Content-Type'] = 'application/json'
  const res = await request(url(path, names, query), { method: method.toUpperCase(), headers, signal, body: body === undefined ? undefined : JSON.stringify(body) })
  return (res.status === 204 ? undefined : await res.json()) as Output<Operation<P, M>>
}

type Names = Record<string, string | number | boolean | undefined | null>

/** Writes a URL of the API: values for the names in braces, then the query; undefined and null are left out. */
export function url(path: string, names: Names = {}, query: Names = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(names[name])))
  const rest = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null) rest.set(name, String(value))
  }
  return rest.size ? `${filled}?${rest}` : filled
}

/** Fetches from the API in the visitor's language; throws a Problem for whatever is not a success. */
export async function request(where: string, init: RequestInit = {}): Promise<Response> {
  let res: Response
  try {
    res = await fetch(where, { ...init, headers: { 'Accept-Language': lang.now, ...init.headers } })
  } catch (err) {
    if (aborted(err)) throw err
    throw new Problem(0, 'offline', t.offline)
  }
  if (!res.ok) throw refused(problemOf(res.status, await res.text()))
  return res
}

function problemOf(status: number, body: string): Problem {
  try {
    const p = JSON.parse(body) as Schema<'Problem'>
    return new Problem(status, p.code ?? '', p.detail ?? p.title ?? t.failed(status), p.field, p.line)
  } catch {
    return new Problem(status, '', t.failed(status)) // not from Animo: a proxy in between
  }
}

let whenSignedOut = () => {}

/** Says what to do when the server wants a key (again). */
export function onSignedOut(then: () => void) {
  whenSignedOut = then
}

function refused(p: Problem): Problem {
  if (p.status === 401) whenSignedOut()
  return p
}

/**
 * Sends a file as a body of its own and gives what the server answers, parsed; progress tells how much of it has
 * gone, from 0 to 1. Throws a Problem.
 */
export function upload<T>(method: 'PUT' | 'POST', where: string, file: Blob, progress: (part: number) => void = () => {}, signal?: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest() // fetch cannot tell how much has gone
    xhr.open(method, where)
    xhr.setRequestHeader('Accept-Language', lang.now)
    xhr.setRequestHeader('Content-Type', 'application/octet-stream')
    xhr.upload.onprogress = (e) => progress(e.total ? e.loaded / e.total : 0)
    xhr.onload = () => (xhr.status < 300 ? resolve(JSON.parse(xhr.responseText) as T) : reject(refused(problemOf(xhr.status, xhr.responseText))))
    xhr.onerror = () => reject(new Problem(0, 'offline', t.offline))
    xhr.onabort = () => reject(new DOMException('given up', 'AbortError'))
    if (signal?.aborted) return xhr.onabort(new ProgressEvent('abort'))
    signal?.addEventListener('abort', () => xhr.abort())
    xhr.send(file)
  })
}
