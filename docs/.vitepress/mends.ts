/** What VitePress' theme says of itself to readers who hear the site. The build fails when a new version has other sources. */
interface Mend {
  readonly file: string
  readonly changes: ReadonlyArray<readonly [from: string, to: string]>
}

const mends: ReadonlyArray<Mend> = [
  {
    // Its name is what is seen in it, without the keys.
    file: "VPNavBarSearchButton.vue",
    changes: [
      [` :aria-label="translate('button.buttonAriaLabel')"`, ""],
      [`<span class="DocSearch-Button-Keys">`, `<span class="DocSearch-Button-Keys" aria-hidden="true">`]
    ]
  },
  {
    // A group is a button if it can be closed, and the caret in it is not another one.
    file: "VPSidebarItem.vue",
    changes: [
      [
        `:role="itemRole"`,
        `:role="item.items && item.collapsed != null ? itemRole : undefined"
      :aria-expanded="item.items && item.collapsed != null && !item.link ? !collapsed : undefined"`
      ],
      [`:tabindex="item.items && 0"`, `:tabindex="item.items && item.collapsed != null && !item.link ? 0 : undefined"`],
      [
        `role="button"
        aria-label="toggle section"`,
        `:role="item.link ? 'button' : undefined"
        :aria-label="item.link ? 'toggle section' : undefined"
        :aria-hidden="item.link ? undefined : true"`
      ],
      [
        `@keydown.enter="onCaretClick"
        tabindex="0"`,
        `@keydown.enter="onCaretClick"
        :tabindex="item.link ? 0 : undefined"`
      ]
    ]
  },
  {
    // A dialogue with a combobox, and options that are links, not links in options.
    file: "VPLocalSearchBox.vue",
    changes: [
      [
        `role="button"
      :aria-owns="results?.length ? 'localsearch-list' : undefined"
      aria-expanded="true"
      aria-haspopup="listbox"`,
        `role="dialog"
      aria-modal="true"`
      ],
      [`aria-autocomplete="both"`, `role="combobox" aria-autocomplete="list" :aria-expanded="results?.length > 0"`],
      [
        `:id="'localsearch-item-' + index"
            :aria-selected="selectedIndex === index ? 'true' : 'false'"
            role="option"`,
        `role="presentation"`
      ],
      [
        `:aria-label="[...p.titles, p.title].join(' > ')"`,
        `:id="'localsearch-item-' + index"
              :aria-selected="selectedIndex === index ? 'true' : 'false'"
              role="option"`
      ],
      ["<kbd :aria-label", `<kbd role="img" :aria-label`],
      [`<span class="title-icon">#`, `<span class="title-icon" aria-hidden="true">#`]
    ]
  }
]

export const mendTheme = {
  name: "fibercord-mend-theme",
  enforce: "pre" as const,
  transform(code: string, id: string): string | undefined {
    const mend = mends.find(({ file }) => id.endsWith(`/${file}`))
    if (mend === undefined) return undefined
    let mended = code
    for (const [from, to] of mend.changes) {
      if (!mended.includes(from))
        throw new Error(`${mend.file} of VitePress has no longer what docs/.vitepress/mends.ts changes: ${from}`)
      mended = mended.replaceAll(from, to)
    }
    return mended
  }
}
