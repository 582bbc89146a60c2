// Times face-api on tfjs's wasm backend, one thread, on the photos that `make bench-peer` gives it: raw RGB files
// named <width>x<height>.<name>.rgb. Prints one JSON object: milliseconds by network, medians of warm runs.
const fs = require('node:fs')
const path = require('node:path')
const tf = require('@tensorflow/tfjs')
const wasm = require('@tensorflow/tfjs-backend-wasm')
const faceapi = require('@vladmandic/face-api/dist/face-api.node-wasm.js')

const modules = path.join(__dirname, 'node_modules')
const models = path.join(modules, '@vladmandic', 'face-api', 'model')

function median(list) {
  return list.sort((a, b) => a - b)[Math.floor(list.length / 2)]
}

async function time(run, repeats) {
  await run()
  await run()
  const list = []
  for (let i = 0; i < repeats; i++) {
    const start = performance.now()
    await run()
    list.push(performance.now() - start)
  }
  return median(list)
}

// finish waits for the values of whatever a network returns, and frees them.
async function finish(result) {
  result = await result
  const tensors = result?.dataSync ? [result] : Object.values(result ?? {}).filter((t) => t?.dataSync)
  for (const t of tensors) {
    await t.data()
    t.dispose()
  }
}

async function main(files) {
  wasm.setWasmPaths(path.join(modules, '@tensorflow', 'tfjs-backend-wasm', 'dist') + '/')
  wasm.setThreadsCount?.(1)
  await tf.setBackend('wasm')
  await tf.ready()
  const nets = faceapi.nets
  for (const n of ['ssdMobilenetv1', 'tinyFaceDetector', 'faceLandmark68Net', 'faceLandmark68TinyNet', 'faceExpressionNet', 'ageGenderNet', 'faceRecognitionNet']) {
    await nets[n].loadFromDisk(models)
  }
  const photos = files.map((f) => {
    const [w, h] = path.basename(f).split('.')[0].split('x').map(Number)
    return tf.tensor3d(new Uint8Array(fs.readFileSync(f)), [h, w, 3], 'int32')
  })
  const photo = photos[0]
  const face = tf.slice(photo, [300, 400, 0], [200, 220, 3])
  const out = {
    ssd: await time(() => finish(nets.ssdMobilenetv1.forward(photo)), 7),
    tiny: await time(() => finish(nets.tinyFaceDetector.forward(photo, 416)), 9),
    landmarks: await time(() => finish(nets.faceLandmark68Net.forward(face)), 21),
    landmarks_tiny: await time(() => finish(nets.faceLandmark68TinyNet.forward(face)), 21),
    expressions: await time(() => finish(nets.faceExpressionNet.forward(face)), 21),
    agegender: await time(() => finish(nets.ageGenderNet.forward(face)), 21),
    descriptor: await time(() => finish(nets.faceRecognitionNet.forward(face)), 15),
  }
  const options = new faceapi.SsdMobilenetv1Options({ minConfidence: 0.5, maxResults: 100 })
  const whole = []
  for (const p of photos) {
    const all = () => faceapi.detectAllFaces(p, options).withFaceLandmarks().withFaceExpressions().withAgeAndGender().withFaceDescriptors()
    whole.push(await time(all, 2))
  }
  out.photo = whole.reduce((a, b) => a + b, 0) / whole.length
  console.log(JSON.stringify(out))
}

main(process.argv.slice(2)).catch((err) => {
  console.error(err)
  process.exit(1)
})
