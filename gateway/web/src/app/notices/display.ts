interface Displayed {
  title: string;
  body: string;
  /** A newer one of the same subject takes its place. */
  subject: string;
  /** Where a press leads. */
  href: string;
}

/** Puts a notice outside of the page. Chrome on Android lets a page make none itself: its service worker shows it there. */
export async function display({ title, body, subject, href }: Displayed, open: (href: string) => void): Promise<void> {
  const options = { body, tag: subject, icon: '/icon.svg', silent: true, data: { href } };
  let shown: Notification;
  try {
    shown = new Notification(title, options);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const worker = await navigator.serviceWorker?.getRegistration();
    await worker?.showNotification(title, options);
    return;
  }
  shown.onclick = () => {
    window.focus();
    shown.close();
    open(href);
  };
}
