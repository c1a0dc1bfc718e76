import {
  Anchor,
  type AnchorProps,
  Button,
  type ButtonProps,
  NavLink,
  type NavLinkProps,
} from "@mantine/core";
import { createLink } from "@tanstack/react-router";
import type { AnchorHTMLAttributes, Ref } from "react";

// createLink loses the types of Mantine's polymorphic components; plain function
// components keep them.
type Attributes<Props> = Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props> & {
  ref?: Ref<HTMLAnchorElement>;
};

function PlainAnchor(props: AnchorProps & Attributes<AnchorProps>) {
  return <Anchor {...props} />;
}

function PlainButton(props: ButtonProps & Attributes<ButtonProps>) {
  return <Button component="a" {...props} />;
}

function PlainNavLink(props: NavLinkProps & Attributes<NavLinkProps>) {
  return <NavLink component="a" {...props} />;
}

export const AppLink = createLink(PlainAnchor);
export const LinkButton = createLink(PlainButton);
export const NavItem = createLink(PlainNavLink);
