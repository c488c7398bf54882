// A page that is read from the disk may start no worker: its search runs in a hidden frame instead.
// The name is the one that MkDocs' offline plugin looks for, so that it fetches none from elsewhere.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      this.frame = document.createElement("iframe")
      this.frame.hidden = true
      this.frame.srcdoc = "<!doctype html><title>search</title><body></body>"
      this.ready = new Promise((resolve) => {
        this.frame.addEventListener("load", () => this.start(url, resolve), { once: true })
      })
      document.body.append(this.frame)
    }

    start(url, resolve) {
      const inside = this.frame.contentWindow
      inside.postMessage = (data) => this.dispatchEvent(new MessageEvent("message", { data }))
      const script = inside.document.createElement("script")
      script.src = url
      script.addEventListener("load", resolve, { once: true })
      inside.document.body.append(script)
    }

    postMessage(data) {
      this.ready.then(() => {
        const inside = this.frame.contentWindow
        inside.dispatchEvent(new inside.MessageEvent("message", { data }))
      })
    }

    terminate() {
      this.frame.remove()
    }
  }
}
