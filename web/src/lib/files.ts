/** The files of what was dropped, those in folders included, in their order. */
export async function filesOf(dropped: DataTransfer): Promise<File[]> {
  // Entries must be asked for before the first await: afterwards the browser has forgotten them.
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry?.() ?? null)
  if (entries.every((entry) => !entry?.isDirectory)) return [...dropped.files]
  const found: File[] = []
  for (const entry of entries) if (entry) await walk(entry, found)
  return found
}

async function walk(entry: FileSystemEntry, found: File[]): Promise<void> {
  if (entry.isFile) {
    if (!entry.name.startsWith('.')) found.push(await new Promise((ok, no) => (entry as FileSystemFileEntry).file(ok, no)))
    return
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader()
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((ok, no) => reader.readEntries(ok, no)) // some at a time, none at the end
    if (some.length === 0) return
    for (const inner of some) await walk(inner, found)
  }
}
