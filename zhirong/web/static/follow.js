// A page that follows what it shows: when its mark moved it is read anew in its place, by the address it has itself.
// Whoever is typing, choosing or reading an answer is asked first. Without this file a reload shows the same.
"use strict";
(() => {
  const SECONDS = 3;
  const one = (selector, within = document) => within.querySelector(selector);
  const main = one("main[data-news]");
  if (!main) return;

  const is_changed = (field) => {
    if (field.type === "file") return field.files.length > 0;
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((option) => option.selected !== option.defaultSelected && option.index > 0);
    return field.value !== field.defaultValue;
  };
  const is_busy = () => "answer" in main.dataset
    || main.contains(document.activeElement) && document.activeElement.matches("input,select,textarea,button")
    || one("details[open] form", main) !== null
    || [...main.querySelectorAll("input,select,textarea")].some(is_changed);

  const say = (word, is_asking) => {
    const place = one("[data-changed]", main), text = document.createElement("p");
    if (!place || (is_asking && place.firstChild)) return;
    text.className = "notice wait s mb3";
    text.append(place.dataset[word], " ");
    if (is_asking) {
      const link = document.createElement("a");
      link.className = "hit";
      link.href = main.dataset.page;
      link.textContent = place.dataset.show;
      text.append(link);
    }
    place.replaceChildren(text);
  };

  // The place of what is spoken stays, so that it is spoken; everything else is as a fresh page has it.
  const take = (fresh) => {
    const place = one("[data-changed]", main), had_focus = main.contains(document.activeElement);
    const address = had_focus && document.activeElement.getAttribute("href");
    one("[data-changed]", fresh).remove();
    [...main.childNodes].forEach((node) => { if (node !== place) node.remove(); });
    main.append(...fresh.childNodes);
    main.dataset.mark = fresh.dataset.mark;
    if (had_focus) {
      const same = address && [...main.querySelectorAll("a")].find((link) => link.getAttribute("href") === address);
      const next = same || one("h1", main);
      if (!same) next.tabIndex = -1;
      next.focus({ preventScroll: true });
    }
    say("shown", false);
  };

  const look = async () => {
    const news = await fetch(main.dataset.news);
    // Signed out, or no longer to be known: the page goes on as any page.
    if (news.redirected || news.status === 404) return false;
    if (!news.ok || (await news.json()).mark === main.dataset.mark) return true;
    if (is_busy()) { say("waits", true); return true; }
    const answer = await fetch(main.dataset.page);
    if (!answer.ok || answer.redirected) return false;
    const fresh = one("main[data-news]", new DOMParser().parseFromString(await answer.text(), "text/html"));
    if (!fresh) { location.assign(main.dataset.page); return false; }
    if (is_busy()) say("waits", true); else take(fresh);
    return true;
  };
  const again = () => setTimeout(async () => {
    let goes_on = true;
    try {
      if (!document.hidden) goes_on = await look();
    } catch { /* the line is lost: asked again */ }
    if (goes_on) again();
  }, SECONDS * 1000);
  again();
})();
